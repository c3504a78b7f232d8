import { minutes } from 'nestjs-sessions';
import { discardedShapes } from '../../support/http/handler-shapes.js';
import { MANNERS } from '../../support/http/manners.js';
import { ShapeApps, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';

describe.each(MANNERS)('A reply that says that the request failed, where sessions are seen %s,', (_, manner) => {
  const apps = new ShapeApps({ lock: { wait: minutes(5) }, ...manner });
  afterAll(() => apps.close());

  it.each(discardedShapes)('stores nothing of a known visitor, and unlocks: $name', async (shape) => {
    const visitor = await visitorOf(await apps.of(shape));

    expect(await visit(visitor, shape)).toMatchObject({ status: shape.status, setCookies: [] });

    expect(await storedCount(visitor)).toBe(0);
  });

  it.each(discardedShapes)('stores nothing of a first visit, and sets no cookie: $name', async (shape) => {
    const app = await apps.of(shape);

    expect(await visit(app.browser(), shape)).toMatchObject({ status: shape.status, setCookies: [] });

    expect(apps.store.takeCalls()).toEqual([]);
  });

  it.each(discardedShapes)('is what parallel requests of one visitor all get: $name', async (shape) => {
    const visitor = await visitorOf(await apps.of(shape));

    const seen = await Promise.all(Array.from({ length: 5 }, () => visit(visitor, shape)));

    expect(seen.map(({ status }) => status)).toEqual(Array(5).fill(shape.status));
    expect(await storedCount(visitor)).toBe(0);
  });
});
