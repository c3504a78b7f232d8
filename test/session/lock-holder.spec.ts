import { hostname } from 'node:os';
import { lockHolder } from '../../lib/session/lock/lock-holder.js';

describe('What a store keeps of the holder of a lock', () => {
  it('is the route, the process and the time', () => {
    expect(lockHolder('POST /report', 7)).toEqual({
      ...{ route: 'POST /report', since: 7 },
      process: `${hostname()}:${process.pid}`,
    });
  });

  it.each([
    ['has a query', 'GET /reset?token=secret', 'GET /reset'],
    ['has a query alone', '?token=secret', ''],
    ['is long', `GET /items/${'x'.repeat(15_000)}`, `GET /items/${'x'.repeat(53)}`],
    ['is long and has a query', `GET /${'x'.repeat(100)}?q`, `GET /${'x'.repeat(59)}`],
    ['has 64 characters', `GET /${'x'.repeat(59)}`, `GET /${'x'.repeat(59)}`],
  ])('is at most 64 characters of a route that %s, and never its query', (_, route, kept) => {
    expect(lockHolder(route, 0).route).toBe(kept);
  });
});
