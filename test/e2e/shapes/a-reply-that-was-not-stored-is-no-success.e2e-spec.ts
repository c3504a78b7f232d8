import { MemoryStore } from 'nestjs-sessions';
import { handlerShapes, type HandlerShape } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { startShape, storedCount, visit, visitorOf, type Seen } from '../../support/http/shape-app.js';
import { fails, hangs, type StoreFailure } from '../../support/stores/store-failures.js';
import type { TestApp } from '../../support/http/test-app.js';

/** Far more than memory needs when it works, and what each test with a store that hangs waits. */
const STORE_TIMEOUT = 150;

/** jest fails a test during which a rejection is not handled, or an exception is not caught. */
describe.each<StoreFailure>([fails, hangs])(
  'When the store %s, the reply is an error or is cut, and the next one works',
  (_, failure) => {
    let store: ObservedStore;
    let app: TestApp;

    async function start(shape: HandlerShape): Promise<void> {
      store = new ObservedStore(new MemoryStore());
      app = await startShape(shape, { store, storeTimeout: STORE_TIMEOUT });
    }
    afterEach(async () => {
      store.mend();
      await app.close();
    });

    function expectFailure(shape: HandlerShape, seen: Seen): void {
      if (shape.isStreamed) {
        expect(['cut', 503]).toContain(seen.status);
      } else {
        expect(seen).toMatchObject({ status: 503, setCookies: [] });
      }
    }

    it.each(handlerShapes)('in the update for a known visitor: $name', async (shape) => {
      await start(shape);
      const visitor = await visitorOf(app);
      store.before('update', failure);

      expectFailure(shape, await visit(visitor, shape));

      store.mend();
      expect(await storedCount(visitor)).toBe(0);
      expect((await visit(visitor, shape)).status).toBe(shape.status);
      expect(await storedCount(visitor)).toBe(1);
    });

    it.each(handlerShapes)('in the creation for a first visit: $name', async (shape) => {
      await start(shape);
      store.before('create', failure);
      const visitor = app.browser();

      expectFailure(shape, await visit(visitor, shape));

      expect(visitor.cookies.size).toBe(0);
      store.mend();
      expect((await visit(visitor, shape)).status).toBe(shape.status);
      expect(await storedCount(visitor)).toBe(1);
    });

    it.each(handlerShapes)('in the load: $name', async (shape) => {
      await start(shape);
      const visitor = await visitorOf(app);
      store.before('tryLock', failure);

      const seen = await visit(visitor, shape);

      // What the application makes of the error is its own affair: but it can answer, and stores nothing.
      const status: unknown = shape.answersErrors ? expect.any(Number) : 503;
      expect(seen).toMatchObject({ status, setCookies: [] });
      store.mend();
      expect(await storedCount(visitor)).toBe(0);
    });
  },
);
