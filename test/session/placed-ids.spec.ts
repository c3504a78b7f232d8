import { hashSessionId, sessionIds } from '../../lib/session/session-id.js';
import { PlacedIds } from '../../lib/session/store-access/placed-ids.js';
import { StoreParts } from '../../lib/session/store-access/store-parts.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

/** Keeps an id on one of three servers, by its first character. */
class ThreeServers extends MemoryStore {
  partOf(id: string): string {
    return String(id.charCodeAt(0) % 3);
  }
}

describe('Where the ids of a store on several servers are drawn', () => {
  const clock = new ManualClock();
  let store: ThreeServers;
  let parts: StoreParts;
  let ids: PlacedIds;

  beforeEach(() => {
    store = new ThreeServers();
    parts = new StoreParts(store, clock, 1_000);
    ids = new PlacedIds(sessionIds(), parts);
  });

  const partOf = (id: string): string => store.partOf(hashSessionId(id));
  const idOn = (part: string): string => {
    for (;;) {
      const id = sessionIds().generate();
      if (partOf(id) === part) return id;
    }
  };
  const fail = (id: string): Promise<unknown> =>
    parts
      .of(hashSessionId(id))
      .run('load', () => Promise.reject(new Error('ECONNREFUSED')))
      .catch(() => undefined);
  const answer = (id: string): Promise<unknown> => parts.of(hashSessionId(id)).run('load', () => Promise.resolve(1));
  const drawn = (): Set<string> => new Set(Array.from({ length: 200 }, () => partOf(ids.generate())));

  it('are all of them while all answer', () => {
    expect(drawn().size).toBe(3);
  });

  it('are those that answer, until the one that failed answers again', async () => {
    await fail(idOn('1'));
    expect(ids.isOutOfReach(idOn('1'))).toBe(true);
    expect(drawn()).toEqual(new Set(['0', '2']));
    await answer(idOn('1'));
    expect(drawn().size).toBe(3);
  });

  it('are all of them again some time after a failure, since otherwise nobody might ask that server', async () => {
    await fail(idOn('1'));
    await clock.advanceAsync(10_000);
    expect(drawn().size).toBe(3);
  });

  it('is that of the session whose id changes, whether it answers or not', async () => {
    await fail(idOn('1'));
    for (const part of ['0', '1', '2']) expect(partOf(ids.generate(hashSessionId(idOn(part))))).toBe(part);
  });

  it('is any when none answers, and the search ends', async () => {
    for (const part of ['0', '1', '2']) await fail(idOn(part));
    expect(ids.isOutOfReach(ids.generate())).toBe(true);
  });

  it('is the only one of a store that has no parts, which is never out of reach for some ids alone', async () => {
    const whole = new StoreParts(new MemoryStore(), clock, 1_000);
    await whole
      .of('a')
      .run('load', () => Promise.reject(new Error('ECONNREFUSED')))
      .catch(() => undefined);
    expect(new PlacedIds(sessionIds(), whole).isOutOfReach(sessionIds().generate())).toBe(false);
  });
});
