import { ManualClock } from 'nestjs-sessions/testing';
import { shapeNamed, sseShapes } from '../../support/http/handler-shapes.js';
import { MANNERS } from '../../support/http/manners.js';
import { isAcknowledged, ShapeApps, storedCount, visit, visitorOf, type Seen } from '../../support/http/shape-app.js';
import { fails, hangsBeyondDeadline, type StoreFailure } from '../../support/stores/store-failures.js';

/** Nest answers an error before the first event by its status, and a later one by an event of this name. */
function toldOfError(seen: Seen): boolean {
  return !isAcknowledged(seen) || ('text' in seen && /^event: error$/m.test(seen.text));
}

describe.each(MANNERS)('Server-sent events, where sessions are seen %s,', (_, manner) => {
  const clock = new ManualClock();
  const apps = new ShapeApps({ clock, ...manner });
  afterAll(() => apps.close());

  it.each(sseShapes)('are stored: $name', async (shape) => {
    const visitor = await visitorOf(await apps.of(shape));

    expect(await visit(visitor, shape)).toMatchObject({ status: 200, text: expect.stringContaining('data: {"n":1}') });

    expect(await storedCount(visitor)).toBe(1);
  });

  it('that count under the lock lose none', async () => {
    const shape = shapeNamed('@Sse() that counts in withLock()');
    const visitor = await visitorOf(await apps.of(shape));

    await Promise.all(Array.from({ length: 30 }, () => visit(visitor, shape)));

    expect(await storedCount(visitor)).toBe(30);
  });

  describe.each<StoreFailure>([fails, hangsBeyondDeadline(clock)])('when the store %s', (_failure, failure) => {
    it.each(sseShapes)('end with an error or are cut: $name', async (shape) => {
      const visitor = await visitorOf(await apps.of(shape));
      apps.store.before('update', failure);

      const seen = await visit(visitor, shape);

      expect(seen.status).not.toBe('hangs');
      expect(toldOfError(seen)).toBe(true);
      apps.store.mend();
      expect(await storedCount(visitor)).toBe(0);
    });
  });
});
