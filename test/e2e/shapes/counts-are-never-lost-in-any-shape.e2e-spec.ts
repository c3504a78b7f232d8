import { setTimeout as pause } from 'node:timers/promises';
import { MemoryStore } from 'nestjs-sessions';
import { handlerShapes, shapeNamed, type HandlerShape } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { startShape, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';
import { storeKinds, type StorePlace } from '../../support/stores/stores.js';
import type { TestApp } from '../../support/http/test-app.js';

const REQUESTS = 30;

/** Memory that answers later, as a server does: requests that were not locked would all read before the first of them writes. */
function slowMemory(): ObservedStore {
  const store = new ObservedStore(new MemoryStore());
  for (const operation of ['load', 'tryLock', 'update'] as const) {
    store.before(operation, () => pause(2));
  }
  return store;
}

describe('Thirty parallel requests of one visitor that each count one up', () => {
  let place: StorePlace | undefined;
  let app: TestApp;

  afterEach(async () => {
    await app.close();
    await place?.dispose();
    place = undefined;
  });

  async function expectAllCounted(shape: HandlerShape): Promise<void> {
    const visitor = await visitorOf(app);

    const seen = await Promise.all(Array.from({ length: REQUESTS }, () => visit(visitor, shape)));

    expect(seen.map(({ status }) => status)).toEqual(Array(REQUESTS).fill(shape.status));
    expect(await storedCount(visitor)).toBe(REQUESTS);
  }

  it.each(handlerShapes)('are all counted: $name', async (shape) => {
    app = await startShape(shape, { store: slowMemory() });

    await expectAllCounted(shape);
  });

  describe.each(storeKinds.filter(({ name }) => ['file', 'postgres (pg)'].includes(name)))('on $name', (kind) => {
    it.each(['a reply in a timer', 'a global interceptor that works on the value later', 'res.sendFile()'])(
      'are all counted: %s',
      async (name) => {
        place = await kind.prepare();
        app = await startShape(shapeNamed(name), { store: place.open() });

        await expectAllCounted(shapeNamed(name));
      },
    );
  });
});
