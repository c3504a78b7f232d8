import { MemoryStore } from 'nestjs-sessions';
import { discardedShapes, type HandlerShape } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { startShape, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';
import type { TestApp } from '../../support/http/test-app.js';

describe('A reply that says that the request failed', () => {
  let store: ObservedStore;
  let app: TestApp;

  async function start(shape: HandlerShape): Promise<void> {
    store = new ObservedStore(new MemoryStore());
    app = await startShape(shape, { store, lock: { wait: 2_000 } });
  }
  afterEach(() => app.close());

  it.each(discardedShapes)('stores nothing of a known visitor, and unlocks: $name', async (shape) => {
    await start(shape);
    const visitor = await visitorOf(app);

    expect(await visit(visitor, shape)).toMatchObject({ status: shape.status, setCookies: [] });

    expect(await storedCount(visitor)).toBe(0);
  });

  it.each(discardedShapes)('stores nothing of a first visit, and sets no cookie: $name', async (shape) => {
    await start(shape);

    expect(await visit(app.browser(), shape)).toMatchObject({ status: shape.status, setCookies: [] });

    expect(store.takeCalls()).toEqual([]);
  });

  it.each(discardedShapes)('is what parallel requests of one visitor all get: $name', async (shape) => {
    await start(shape);
    const visitor = await visitorOf(app);

    const seen = await Promise.all(Array.from({ length: 5 }, () => visit(visitor, shape)));

    expect(seen.map(({ status }) => status)).toEqual(Array(5).fill(shape.status));
    expect(await storedCount(visitor)).toBe(0);
  });
});
