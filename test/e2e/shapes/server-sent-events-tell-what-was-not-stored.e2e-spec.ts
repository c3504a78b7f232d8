import { MemoryStore } from 'nestjs-sessions';
import { shapeNamed, sseShapes, type HandlerShape } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { isAcknowledged, startShape, storedCount, visit, visitorOf, type Seen } from '../../support/http/shape-app.js';
import { fails, hangs, type StoreFailure } from '../../support/stores/store-failures.js';
import type { TestApp } from '../../support/http/test-app.js';

/** Nest answers an error before the first event by its status, and a later one by an event of this name. */
function toldOfError(seen: Seen): boolean {
  return !isAcknowledged(seen) || ('text' in seen && /^event: error$/m.test(seen.text));
}

describe('Server-sent events', () => {
  let store: ObservedStore;
  let app: TestApp;

  async function start(shape: HandlerShape): Promise<void> {
    store = new ObservedStore(new MemoryStore());
    app = await startShape(shape, { store, storeTimeout: 150 });
  }
  afterEach(async () => {
    store.mend();
    await app.close();
  });

  it.each(sseShapes)('are stored: $name', async (shape) => {
    await start(shape);
    const visitor = await visitorOf(app);

    expect(await visit(visitor, shape)).toMatchObject({ status: 200, text: expect.stringContaining('data: {"n":1}') });

    expect(await storedCount(visitor)).toBe(1);
  });

  it('that count under the lock lose none', async () => {
    const shape = shapeNamed('@Sse() that counts in withLock()');
    await start(shape);
    const visitor = await visitorOf(app);

    await Promise.all(Array.from({ length: 30 }, () => visit(visitor, shape)));

    expect(await storedCount(visitor)).toBe(30);
  });

  describe.each<StoreFailure>([fails, hangs])('when the store %s', (_, failure) => {
    it.each(sseShapes)('end with an error or are cut: $name', async (shape) => {
      await start(shape);
      const visitor = await visitorOf(app);
      store.before('update', failure);

      const seen = await visit(visitor, shape);

      expect(seen.status).not.toBe('hangs');
      expect(toldOfError(seen)).toBe(true);
      store.mend();
      expect(await storedCount(visitor)).toBe(0);
    });
  });
});
