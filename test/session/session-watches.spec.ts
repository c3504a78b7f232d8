import { jest } from '@jest/globals';
import { hashSessionId } from '../../lib/session/session-id.js';
import type { SessionEnd } from '../../lib/session/watch/watched-session.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { EngineVisits, WATCH_INTERVAL } from '../support/engine/engine-visits.js';
import { OpenStore } from '../support/mutants/open-store.js';

const HOUR = 3_600_000;

/** Notes what it is asked, and fails when it is told to. */
class NotingStore extends OpenStore {
  readonly asked: string[] = [];
  /** Stands before the answers, when it is set. */
  beforeAnswer: (() => Promise<void>) | undefined;

  override async load(args: { id: string }): ReturnType<OpenStore['load']> {
    this.asked.push('load');
    return super.load(args);
  }

  override async loadMany({ ids }: { ids: readonly string[] }): ReturnType<OpenStore['loadMany']> {
    this.asked.push(`loadMany ${ids.length}`);
    const answers = await Promise.all(ids.map((id) => super.load({ id })));
    await this.beforeAnswer?.();
    return answers;
  }

  takeAsked(): string[] {
    return this.asked.splice(0);
  }
}

describe.each([
  ['that loads many at once', true],
  ['that loads one by one', false],
])('Sessions that are watched, in a store %s', (_, loadsMany) => {
  let clock: ManualClock;
  let store: NotingStore;
  let visits: EngineVisits;
  let ends: SessionEnd[];

  beforeEach(() => {
    clock = new ManualClock();
    store = new NotingStore(() => clock.now());
    if (!loadsMany) Object.assign(store, { loadMany: undefined });
    visits = new EngineVisits(store, clock);
    ends = [];
  });

  const onEnd = (end: SessionEnd): unknown => ends.push(end);
  const watch = (...ids: string[]): (() => void) => visits.engine.watch(ids.map((id) => `sid=${id}`).join('; '), onEnd);
  /** What is asked at once has its answer. */
  const settle = (): Promise<void> => clock.advanceAsync(0);
  /** Every look of a round is over, those that are spread included. */
  const round = (): Promise<void> =>
    clock.advanceAsync(WATCH_INTERVAL + 1_000).then(() => clock.advanceAsync(WATCH_INTERVAL));

  /** As another process does it: this one hears nothing of it. */
  const destroyElsewhere = (id: string, tombstone = HOUR): Promise<boolean> =>
    store.delete({ id: hashSessionId(id), tombstoneUntil: clock.now() + tombstone });

  async function rotate(id: string, keepData = true): Promise<string> {
    const { unit, session } = visits.visit(id);
    await session.load();
    await session.regenerate({ keepData });
    session.set('rotated', true);
    await unit.commit();
    return session.id;
  }

  it('are looked at at once', async () => {
    watch('x'.repeat(43));
    expect(ends).toEqual([]);
    await settle();
    expect(ends).toEqual(['unknown']);
  });

  it('count as ended where a visitor has none', async () => {
    visits.engine.watch(undefined, onEnd);
    expect(ends).toEqual([]);
    await settle();
    expect(ends).toEqual(['unknown']);
  });

  it('are left alone while they live', async () => {
    watch(await visits.stored());
    await settle();
    await round();
    expect(ends).toEqual([]);
  });

  it('say at once that they have ended in this process, and say it once', async () => {
    const id = await visits.stored();
    watch(id);
    watch(id);
    await settle();
    await visits.engine.destroy(id);
    expect(ends).toEqual(['ended', 'ended']);
    await round();
    expect(ends).toHaveLength(2);
  });

  it('say at once that a request of this process has destroyed them', async () => {
    const id = await visits.stored();
    watch(id);
    await visits.visit(id).session.destroy();
    expect(ends).toEqual(['ended']);
  });

  it('say within an interval that they have ended in another process', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    await destroyElsewhere(id);
    await round();
    expect(ends).toEqual(['ended']);
  });

  it('say that nothing tells why they ended, when the tombstone is over', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    await destroyElsewhere(id, 1_000);
    await round();
    expect(ends).toEqual(['unknown']);
  });

  it('say that they have expired, also where the store has forgotten them', async () => {
    const [id, forgotten] = [await visits.stored(), await visits.stored()];
    watch(id);
    watch(forgotten);
    await settle();
    await clock.advanceAsync(HOUR - WATCH_INTERVAL / 2);
    store.entries.delete(hashSessionId(forgotten));
    expect(ends.filter((end) => end !== 'unknown')).toEqual([]);
    await round();
    expect(ends).toContain('expired');
    expect(ends).toHaveLength(2);
  });

  it('are followed through a new id in this process', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    const next = await rotate(id);
    await round();
    expect(ends).toEqual([]);
    await visits.engine.destroy(next);
    expect(ends).toEqual(['ended']);
  });

  it('are not followed into a new life', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    await rotate(id, false);
    expect(ends).toEqual(['rotated']);
  });

  it('say that they got a new id in another process', async () => {
    const id = await visits.stored();
    watch(id);
    await clock.advanceAsync(WATCH_INTERVAL - 1_000);
    const other = new EngineVisits(store, clock);
    const { unit, session } = other.visit(id);
    await session.load();
    await session.regenerate();
    await unit.commit();
    await round();
    expect(ends).toEqual(['rotated']);
  });

  it('do not end by a look that fails', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    store.isDown = true;
    await round();
    expect(ends).toEqual([]);
    expect(visits.logger.lines.filter(({ message }) => message.includes('none has ended by that'))).not.toHaveLength(0);

    store.isDown = false;
    await destroyElsewhere(id);
    await round();
    expect(ends).toEqual(['ended']);
  });

  it('are looked at again when the first look has failed', async () => {
    const [dead, id] = ['x'.repeat(43), await visits.stored()];
    store.isDown = true;
    watch(dead, id);
    await settle();
    store.isDown = false;
    await round();
    expect(ends).toEqual([]);
    await visits.engine.destroy(id);
    expect(ends).toEqual(['ended']);
  });

  it('are the living one of several that the cookies name', async () => {
    const [dead, id, other] = ['x'.repeat(43), await visits.stored(), await visits.stored()];
    watch(dead, id, other);
    await settle();
    await visits.engine.destroy(other);
    expect(ends).toEqual([]);
    await visits.engine.destroy(id);
    expect(ends).toEqual(['ended']);
  });

  it('say nothing to who listens no longer, and are looked at no longer', async () => {
    const id = await visits.stored();
    const stop = watch(id);
    await settle();
    stop();
    stop();
    store.takeAsked();
    await visits.engine.destroy(id);
    await round();
    expect(ends).toEqual([]);
    expect(store.takeAsked()).toEqual([]);
  });

  it('are bounded: one too many counts as ended, with a line in the log', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => visits.stored()));
    const stops = ids.map((id) => watch(id));
    watch(await visits.stored());
    await settle();
    expect(ends).toEqual(['unknown']);
    expect(visits.logger.lines.filter(({ message }) => message.includes('watch.maxWatched'))).toHaveLength(1);

    stops[0]!();
    watch(await visits.stored());
    await settle();
    expect(ends).toEqual(['unknown']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('end also for others when an onEnd %s', async (__, fail) => {
    const id = await visits.stored();
    visits.engine.watch(`sid=${id}`, fail);
    watch(id);
    await visits.engine.destroy(id);
    await settle();
    expect(ends).toEqual(['ended']);
    expect(
      visits.logger.lines.filter(({ message }) => message.includes('onEnd of a watched session failed: no')),
    ).toHaveLength(1);
  });

  it('are looked at no more when the application has closed', async () => {
    const id = await visits.stored();
    watch(id);
    await settle();
    await visits.engine.close();
    store.takeAsked();
    await destroyElsewhere(id);
    await round();
    expect(store.takeAsked()).toEqual([]);
    expect(ends).toEqual([]);
  });
});

describe('Looks at the store', () => {
  it('are one question an interval for all sessions, where it loads many', async () => {
    const clock = new ManualClock();
    const store = new NotingStore(() => clock.now());
    const visits = new EngineVisits(store, clock);
    for (const id of await Promise.all([1, 2, 3].map(() => visits.stored())))
      visits.engine.watch(`sid=${id}`, () => {});
    await clock.advanceAsync(0);
    expect(store.takeAsked()).toEqual(['loadMany 3']);
    await clock.advanceAsync(3 * WATCH_INTERVAL);
    expect(store.takeAsked()).toEqual(['loadMany 3', 'loadMany 3', 'loadMany 3']);
  });

  it('are spread over the interval, where it does not', async () => {
    const clock = new ManualClock();
    const store = new NotingStore(() => clock.now());
    Object.assign(store, { loadMany: undefined });
    const visits = new EngineVisits(store, clock);
    for (const id of await Promise.all([1, 2, 3].map(() => visits.stored())))
      visits.engine.watch(`sid=${id}`, () => {});
    await clock.advanceAsync(0);
    store.takeAsked();
    const each: number[] = [];
    for (let third = 0; third < 3; third += 1) {
      await clock.advanceAsync(WATCH_INTERVAL / 3 + 50);
      each.push(store.takeAsked().length);
    }
    expect(each).toEqual([1, 1, 1]);
  });

  it('take one place in the budget of those that ask again and again, and give it back', async () => {
    const clock = new ManualClock();
    const visits = new EngineVisits(new MemoryStore(), clock);
    const { polls } = visits.engine.locks;
    const next = jest.spyOn(polls, 'next');
    for (const id of await Promise.all([1, 2, 3].map(() => visits.stored())))
      visits.engine.watch(`sid=${id}`, () => {});
    await clock.advanceAsync(WATCH_INTERVAL + 1_000);
    expect(next).toHaveBeenCalledTimes(3);
    expect(polls.isFull).toBe(false);
  });

  it('do not take a new id, which this process gives just now, for one of another process', async () => {
    const clock = new ManualClock();
    const store = new NotingStore(() => clock.now());
    const visits = new EngineVisits(store, clock);
    const ends: SessionEnd[] = [];
    const id = await visits.stored();
    visits.engine.watch(`sid=${id}`, (end) => ends.push(end));
    await clock.advanceAsync(WATCH_INTERVAL - 100);

    // The store has rotated, and answers the look before it answers the rotation.
    let answerRotation = (): void => {};
    const rotateInStore = store.rotate.bind(store);
    store.rotate = async (args) => {
      const version = await rotateInStore(args);
      await new Promise<void>((resolve) => (answerRotation = resolve));
      return version;
    };
    const { unit, session } = visits.visit(id);
    await session.load();
    await session.regenerate();
    const committed = unit.commit();
    store.takeAsked();
    await clock.advanceAsync(200);
    expect(store.takeAsked()).toEqual(['loadMany 1']);
    expect(ends).toEqual([]);
    answerRotation();
    await committed;
    await clock.advanceAsync(WATCH_INTERVAL);
    expect(ends).toEqual([]);
    await visits.engine.destroy(session.id);
    expect(ends).toEqual(['ended']);
  });
});
