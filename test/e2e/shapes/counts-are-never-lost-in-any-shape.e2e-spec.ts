import { handlerShapes, shapeNamed, type HandlerShape } from '../../support/http/handler-shapes.js';
import { BRIDGED } from '../../support/http/manners.js';
import { distantMemory } from '../../support/stores/distant-memory.js';
import { ShapeApps, startShape, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';
import { storeKinds, type StorePlace } from '../../support/stores/stores.js';
import type { TestApp } from '../../support/http/test-app.js';

const REQUESTS = 30;
/** Enough to lose one. */
const FEWER_REQUESTS = 6;

describe('Thirty parallel requests of one visitor that each count one up', () => {
  // Memory that answers later, as a server does: requests that were not locked would all read before the first of them writes.
  const apps = new ShapeApps({ store: distantMemory() });
  let place: StorePlace | undefined;

  afterEach(async () => {
    await place?.dispose();
    place = undefined;
  });
  afterAll(() => apps.close());

  async function expectAllCounted(app: TestApp, shape: HandlerShape, requests = REQUESTS): Promise<void> {
    const visitor = await visitorOf(app);

    const seen = await Promise.all(Array.from({ length: requests }, () => visit(visitor, shape)));

    expect(seen.map(({ status }) => status)).toEqual(Array(requests).fill(shape.status));
    expect(await storedCount(visitor)).toBe(requests);
  }

  it.each(handlerShapes)('are all counted: $name', async (shape) => {
    await expectAllCounted(await apps.of(shape), shape);
  });

  describe.each([BRIDGED])('%s', (_, manner) => {
    const bridged = new ShapeApps({ store: distantMemory(), ...manner });
    afterAll(() => bridged.close());

    it.each(handlerShapes)('are all counted, by properties: $name', async (shape) => {
      await expectAllCounted(await bridged.of(shape), shape, FEWER_REQUESTS);
    });
  });

  describe.each(storeKinds.filter(({ name }) => ['file', 'postgres (pg)'].includes(name)))('on $name', (kind) => {
    it.each(['a reply in a timer', 'a global interceptor that works on the value later', 'res.sendFile()'])(
      'are all counted: %s',
      async (name) => {
        place = await kind.prepare();
        const app = await startShape(shapeNamed(name), { store: place.open() });
        try {
          await expectAllCounted(app, shapeNamed(name));
        } finally {
          await app.close();
        }
      },
    );
  });
});
