import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { SessionGoneError } from '../../../lib/errors/index.js';
import { MemoryStore } from '../../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import type { Stage } from '../../../lib/session/stage.js';
import { EngineVisits, type Visit } from './engine-visits.js';
import type { Mode } from '../models/life-model.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { scheduledStore } from './scheduled-store.js';

const END = ['regenerate', 'regenerate, not awaited', 'destroy'] as const;
const STEPS = [
  'increment',
  'increment, nested',
  'fail',
  'set',
  'delete',
  'push',
  'save',
  'save, not awaited',
  'acquire',
  'release',
  'wait',
] as const;

type Step = (typeof STEPS)[number] | (typeof END)[number];

/** What one request does. */
export interface Request {
  readonly mode: Exclude<Mode, 'read-only'>;
  readonly process: number;
  readonly steps: readonly Step[];
}

const step = fc.constantFrom(...STEPS);
const request: fc.Arbitrary<Request> = fc.record({
  mode: fc.constantFrom('implicit', 'explicit'),
  process: fc.nat({ max: 1 }),
  steps: fc.array(step, { maxLength: 6, size: 'max' }),
});

export const requests = fc.array(request, { minLength: 2, maxLength: 5, size: 'max' });

/** As `requests`, and one of them ends the session, or gives it a new id, in the middle. */
export const requestsAndAnEnd = fc
  .tuple(requests, fc.nat({ max: 6 }), fc.constantFrom(...END))
  .map(([[first, ...others], at, end]) => [
    { ...first!, steps: [...first!.steps.slice(0, at), end, ...first!.steps.slice(at)] },
    ...others,
  ]);

/** What a request was told, and what of it must be there. */
interface Told {
  readonly at: Stage['at'];
  readonly lastId: string;
  /** Increments that are stored for certain, and others that are stored unless the request was dropped. */
  readonly increments: { certain: number; pending: number };
  /** Under the keys that no other request uses. */
  readonly own: Record<string, unknown>;
}

/** Requests with one cookie, in two processes on one store, whose steps come in whatever order the scheduler makes. */
export class InterleavedRequests {
  readonly #clock = new ManualClock();
  readonly #store = new MemoryStore();
  readonly #visits: EngineVisits;
  readonly #processes: readonly EngineVisits[];

  constructor(private readonly scheduler: fc.Scheduler) {
    const logger = new RecordingLogger();
    void this.#store.start({ clock: this.#clock, logger });
    this.#visits = new EngineVisits(this.#store, this.#clock);
    this.#processes = [0, 1].map(() => new EngineVisits(scheduledStore(this.#store, this.#pause), this.#clock));
  }

  async run(requests: readonly Request[]): Promise<void> {
    const id = await this.#visits.stored({ n: 0 });
    const told = await this.#settled(requests.map((request, n) => this.#serve(request, n, id)));

    expect(this.#processes.map(({ engine }) => engine.locks.size)).toEqual([0, 0]);
    await this.#check(id, told);
  }

  readonly #pause = (what: string): Promise<unknown> => this.scheduler.schedule(Promise.resolve(), what);

  /** Time passes only when everybody waits for it. */
  async #settled<T>(requests: readonly Promise<T>[]): Promise<T[]> {
    const progress = { isOver: false };
    const all = Promise.all(requests).finally(() => (progress.isOver = true));
    // Awaited below.
    all.catch(() => undefined);
    for (let turns = 0; !progress.isOver; turns += 1) {
      if (turns > 20_000) throw new Error('The requests hang');
      if (this.scheduler.count() > 0) await this.scheduler.waitNext(1);
      else this.#clock.advance(5);
      await nextTurn();
    }
    return all;
  }

  async #serve({ mode, process, steps }: Request, n: number, id: string): Promise<Told> {
    await this.#pause(`request ${n} comes`);
    const { session, unit } = this.#processes[process]!.visit(id, mode);
    await session.load();
    const handler = new Handler(session, unit, `${n}`, () => this.#pause(`request ${n} works`));
    const isKept = await isAcknowledged(async () => {
      for (const step of steps) await handler.take(step);
      await unit.commit();
    });
    // Also after a step that failed: what is over lets go of its lock.
    await unit.discard();
    await Promise.allSettled(handler.notAwaited);
    const { increments, own } = handler;
    const { stage, id: lastId } = unit.active;
    return { at: isKept ? stage.at : 'gone', lastId, increments, own };
  }

  /** Never two sessions out of one, and in it all that was acknowledged. */
  async #check(id: string, told: readonly Told[]): Promise<void> {
    const living: Record<string, unknown>[] = [];
    for (const one of new Set([id, ...told.map(({ lastId }) => lastId)])) {
      const data = await this.#visits.data(one);
      if (typeof data === 'object' && data !== null) living.push({ ...data });
      expect(await this.#visits.lockStatus(one)).not.toBe('held');
    }
    if (told.some(({ at }) => at === 'destroyed')) {
      expect(living).toEqual([]);
      return;
    }
    const kept = told.filter(({ at }) => at === 'stored');
    const sum = (of: readonly Told[], kind: 'certain' | 'pending'): number =>
      of.reduce((total, { increments }) => total + increments[kind], 0);
    const least = sum(told, 'certain') + sum(kept, 'pending');
    expect(living).toHaveLength(1);
    expect(living[0]).not.toHaveProperty('junk');
    expect(living[0]!['n']).toBeGreaterThanOrEqual(least);
    expect(living[0]!['n']).toBeLessThanOrEqual(sum(told, 'certain') + sum(told, 'pending'));
    for (const [key, value] of kept.flatMap(({ own }) => Object.entries(own))) {
      expect([key, living[0]![key]]).toEqual([key, value]);
    }
  }
}

/** `false` when the request was told that its session is gone, which another one has ended. */
async function isAcknowledged(request: () => Promise<void>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (error instanceof SessionGoneError) return false;
    throw error;
  }
}

/** The code of one request. */
class Handler {
  readonly increments = { certain: 0, pending: 0 };
  readonly own: Record<string, unknown> = {};
  readonly notAwaited: Promise<void>[] = [];
  #list: unknown[] | undefined;

  constructor(
    private readonly session: Visit['session'],
    private readonly unit: Visit['unit'],
    private readonly name: string,
    private readonly pause: () => Promise<unknown>,
  ) {}

  async take(step: Step): Promise<void> {
    const { session, name } = this;
    switch (step) {
      case 'increment':
        return this.#count(() => session.withLock(() => this.#increment()));
      case 'increment, nested':
        return this.#count(() => session.withLock(() => session.withLock(() => this.#increment())));
      case 'fail':
        return this.#fail();
      case 'set':
        session.set(`key ${name}`, (this.own[`key ${name}`] = this.increments.certain));
        return;
      case 'delete':
        session.delete(`key ${name}`);
        this.own[`key ${name}`] = undefined;
        return;
      case 'push':
        this.#push();
        return;
      case 'save':
        return session.save();
      case 'save, not awaited':
        this.notAwaited.push(session.save());
        return;
      case 'regenerate, not awaited':
        this.notAwaited.push(session.regenerate());
        return;
      case 'acquire':
        return session.acquireLock();
      case 'release':
        return session.releaseLock();
      case 'wait':
        await this.pause();
        return;
      default:
        return session[step]();
    }
  }

  async #count(section: () => Promise<boolean>): Promise<void> {
    const isWithin = this.session.locked;
    const isDone = await section();
    if (isDone) this.increments[!isWithin && this.unit.active.stage.at === 'stored' ? 'certain' : 'pending'] += 1;
  }

  /** Reads, waits, and writes: what loses updates without a lock. */
  async #increment(): Promise<boolean> {
    const n: unknown = this.session.get('n');
    await this.pause();
    if (typeof n === 'number') this.session.set('n', n + 1);
    return typeof n === 'number';
  }

  async #fail(): Promise<void> {
    const failure = new Error('the section fails');
    const section = this.session.withLock(async () => {
      this.session.update({ n: -1_000, junk: true });
      await this.pause();
      throw failure;
    });
    await section.catch((error: unknown) => {
      if (error !== failure) throw error;
    });
  }

  /** Into a list that was handed out once, whatever was read again since. */
  #push(): void {
    const key = `list ${this.name}`;
    if (this.#list === undefined) {
      this.#list = [];
      this.session.set(key, this.#list);
    }
    this.#list.push(this.#list.length);
    this.own[key] = [...this.#list];
  }
}
