import { ManualClock } from 'nestjs-sessions/testing';
import { handlerShapes, type HandlerShape } from '../../support/http/handler-shapes.js';
import { BRIDGED, OURS } from '../../support/http/manners.js';
import { ShapeApps, storedCount, visit, visitorOf, type Seen } from '../../support/http/shape-app.js';
import { fails, hangsBeyondDeadline } from '../../support/stores/store-failures.js';

const clock = new ManualClock();
const hangs = hangsBeyondDeadline(clock);

/** jest fails a test during which a rejection is not handled, or an exception is not caught. */
describe.each([
  [fails[0], OURS[0], fails[1], OURS[1]],
  [hangs[0], OURS[0], hangs[1], OURS[1]],
  [fails[0], BRIDGED[0], fails[1], BRIDGED[1]],
])(
  'When the store %s, and sessions are seen %s, the reply is an error or is cut, and the next one works',
  (_failure, _manner, failure, manner) => {
    const apps = new ShapeApps({ clock, ...manner });
    afterAll(() => apps.close());

    function expectFailure(shape: HandlerShape, seen: Seen): void {
      if (shape.isStreamed) {
        expect(['cut', 503]).toContain(seen.status);
      } else {
        expect(seen).toMatchObject({ status: 503, setCookies: [] });
      }
    }

    it.each(handlerShapes)('in the update for a known visitor: $name', async (shape) => {
      const visitor = await visitorOf(await apps.of(shape));
      apps.store.before('update', failure);

      expectFailure(shape, await visit(visitor, shape));

      apps.store.mend();
      expect(await storedCount(visitor)).toBe(0);
      expect((await visit(visitor, shape)).status).toBe(shape.status);
      expect(await storedCount(visitor)).toBe(1);
    });

    it.each(handlerShapes)('in the creation for a first visit: $name', async (shape) => {
      const app = await apps.of(shape);
      apps.store.before('create', failure);
      const visitor = app.browser();

      expectFailure(shape, await visit(visitor, shape));

      expect(visitor.cookies.size).toBe(0);
      apps.store.mend();
      expect((await visit(visitor, shape)).status).toBe(shape.status);
      expect(await storedCount(visitor)).toBe(1);
    });

    it.each(handlerShapes)('in the load: $name', async (shape) => {
      const visitor = await visitorOf(await apps.of(shape));
      apps.store.before('tryLock', failure);

      const seen = await visit(visitor, shape);

      // What the application makes of the error is its own affair: but it can answer, and stores nothing.
      const status: unknown = shape.answersErrors ? expect.any(Number) : 503;
      expect(seen).toMatchObject({ status, setCookies: [] });
      apps.store.mend();
      expect(await storedCount(visitor)).toBe(0);
    });
  },
);
