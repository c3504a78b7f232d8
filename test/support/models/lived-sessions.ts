import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { SessionGoneError, SessionLockTimeoutError, SessionReadOnlyError } from '../../../lib/errors/index.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import type { ManualClock } from '../../../lib/testing/manual-clock.js';
import { EngineVisits, type Visit } from '../engine/engine-visits.js';
import { ModelRequest, ModelStore, TIMEOUT, type Mode } from './life-model.js';

const WAIT = 100;
const FAILURE = 'the section fails';

type Action =
  | { readonly do: 'open'; readonly visitor: number; readonly process: number; readonly mode: Mode }
  | { readonly do: 'steal the cookie'; readonly visitor: number }
  | { readonly do: 'let time pass'; readonly quarters: number }
  | { readonly do: 'set'; readonly request: number; readonly key: string; readonly value: number }
  | { readonly do: 'delete'; readonly request: number; readonly key: string }
  | {
      readonly do: 'section';
      readonly request: number;
      readonly key: string;
      readonly isNested: boolean;
      readonly fails: boolean;
    }
  | { readonly do: 'regenerate'; readonly request: number; readonly keepData: boolean }
  | {
      readonly do: 'acquire' | 'clear' | 'commit' | 'destroy' | 'discard' | 'expire' | 'release' | 'save';
      readonly request: number;
    };

const request = fc.nat({ max: 2 });
const key = fc.constantFrom('a', 'b');
const value = fc.nat({ max: 2 });
const visitor = fc.nat({ max: 1 });

/** What two visitors do, who may have the same cookie, with up to three requests at a time, in one process or two. */
const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      visitor,
      process: fc.nat({ max: 1 }),
      mode: fc.constantFrom<Mode>('implicit', 'explicit', 'explicit', 'read-only'),
    }),
  },
  fc.record({ do: fc.constant('steal the cookie' as const), visitor }),
  fc.record({ do: fc.constant('let time pass' as const), quarters: fc.constantFrom(0, 1, 1, 4) }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), request, key, value }) },
  fc.record({ do: fc.constant('delete' as const), request, key }),
  fc.record({ do: fc.constant('section' as const), request, key, isNested: fc.boolean(), fails: fc.boolean() }),
  fc.record({ do: fc.constant('regenerate' as const), request, keepData: fc.boolean() }),
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('acquire', 'clear', 'commit', 'destroy', 'discard', 'expire', 'release', 'save'),
      request,
    }),
  },
);

type RequestAction = Extract<Action, { request: number }>;

/** Where sessions live. */
export interface Place {
  readonly store: SessionStore;
  readonly clock: ManualClock;
  /** Whether the store goes by this clock. */
  readonly canTimePass: boolean;
}

/** So that there is something to quarrel about: one session, and two visitors with its cookie. */
const BEGINNING: readonly Action[] = [
  { do: 'open', visitor: 0, process: 0, mode: 'explicit' },
  { do: 'set', request: 0, key: 'a', value: 1 },
  { do: 'set', request: 0, key: 'b', value: 1 },
  { do: 'commit', request: 0 },
  { do: 'steal the cookie', visitor: 1 },
];

/** Whatever is done: what can be seen of the sessions is what the model says. */
export function goesByTheModel(place: () => Place): fc.IAsyncProperty<[readonly Action[]]> {
  return fc.asyncProperty(fc.array(actions, { minLength: 1, maxLength: 25, size: 'max' }), async (steps) => {
    const lived = new LivedSessions(place());
    for (const action of [...BEGINNING, ...steps]) await lived.act(action);
    await lived.end();
  });
}

interface OpenRequest {
  readonly visitor: number;
  readonly visit: Visit;
  readonly model: ModelRequest;
}

/** Sessions on a real store, and the same by the model. */
class LivedSessions {
  readonly #model: ModelStore;
  readonly #processes: readonly EngineVisits[];
  readonly #cookies: (string | undefined)[] = [undefined, undefined];
  readonly #open: OpenRequest[] = [];
  readonly #ids = new Set<string>();

  constructor(private readonly place: Place) {
    const { store, clock } = place;
    this.#model = new ModelStore(() => clock.now());
    this.#processes = [0, 1].map(() => new EngineVisits(store, clock, { wait: WAIT }));
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'open':
        await this.#begin(action.visitor, action.process, action.mode);
        break;
      case 'steal the cookie':
        this.#cookies[action.visitor] = this.#cookies[1 - action.visitor];
        break;
      case 'let time pass':
        this.#letTimePass(action.quarters);
        break;
      default: {
        const open = this.#open[action.request % this.#open.length];
        if (open !== undefined) await this.#actIn(open, action);
      }
    }
    await this.#compare();
  }

  /** Every request is answered. */
  async end(): Promise<void> {
    for (const open of [...this.#open]) await this.#actIn(open, { do: 'commit', request: 0 });
    await this.#compare();
    for (const { engine } of this.#processes) await engine.close();
  }

  async #begin(visitor: number, process: number, mode: Mode): Promise<void> {
    if (this.#open.length === 3) return;
    const cookie = this.#cookies[visitor];
    const visit = this.#processes[process]!.visit(cookie, mode);
    if (mode === 'implicit' && this.#model.isHeldFor(cookie, process)) {
      await this.#waitsInVain(visit.session.load());
      return;
    }
    await visit.session.load();
    const model = new ModelRequest(this.#model, () => visit.unit.active.id, cookie, mode, process);
    const isNew = model.phase !== 'stored';
    expect([visit.session.isNew, visit.session.missing]).toEqual([isNew, isNew && cookie !== undefined]);
    this.#open.push({ visitor, visit, model });
  }

  /** Not while a lock is held: that its lease ends is for other tests. */
  #letTimePass(quarters: number): void {
    if (this.place.canTimePass && this.#model.locks.size === 0) {
      this.place.clock.advance(quarters === 0 ? 1_000 : (quarters * TIMEOUT) / 4);
    }
  }

  async #actIn(open: OpenRequest, action: RequestAction): Promise<void> {
    const { visit, model } = open;
    if (model.mode === 'read-only' && !['commit', 'discard', 'release'].includes(action.do)) {
      await expect(perform(visit, action)).rejects.toThrow(SessionReadOnlyError);
    } else if ((action.do === 'acquire' || action.do === 'section') && model.hasToWait) {
      await this.#waitsInVain(perform(visit, action));
    } else {
      const isGone = await isRefused(visit, action);
      expect(isGone).toBe(model.isRefused(() => predict(model, action)));
      if (action.do === 'commit' || action.do === 'discard') this.#answer(open);
    }
  }

  /** The browser gets the cookie. */
  #answer(open: OpenRequest): void {
    const { visit, model, visitor } = open;
    const { cookie } = visit.unit.active;
    expect(cookie?.kind).toBe(model.lastCookie);
    if (cookie !== undefined) {
      expect(cookie.kind === 'set' ? cookie.id : model.id).toBe(model.id);
      this.#cookies[visitor] = cookie.kind === 'set' ? cookie.id : undefined;
    }
    this.#open.splice(this.#open.indexOf(open), 1);
  }

  async #waitsInVain(waiting: Promise<void>): Promise<void> {
    const progress = { isOver: false };
    const outcome = expect(waiting).rejects.toThrow(SessionLockTimeoutError);
    const settled = outcome.finally(() => (progress.isOver = true));
    // Not beyond the deadline of the store, which may take its time.
    for (let passed = 0; !progress.isOver && passed < 10 * WAIT; passed += WAIT / 10) {
      this.place.clock.advance(WAIT / 10);
      await sleep(1);
    }
    await settled;
  }

  async #compare(): Promise<void> {
    const [{ engine: one }, { engine: other }] = this.#processes as [EngineVisits, EngineVisits];
    for (const { model } of this.#open) if (model.id !== undefined) this.#ids.add(model.id);
    const ids = [...this.#ids];
    const requests = this.#open.map(({ visit: { session, unit } }) => [
      unit.active.stage.at,
      session.locked,
      session.data,
    ]);
    const stored = await Promise.all(ids.map((id) => this.#processes[0]!.data(id)));
    const locks = await Promise.all(ids.map((id) => this.#processes[0]!.lockStatus(id)));

    expect(requests).toEqual(this.#open.map(({ model }) => [model.phase, model.isLocked, model.data]));
    expect(stored).toEqual(ids.map((id) => this.#model.seen(id)));
    expect(locks).toEqual(ids.map((id) => this.#model.lockStatus(id)));
    expect(one.locks.size + other.locks.size).toBe(this.#model.locks.size);
  }
}

/** Whether the request is told that its session is gone. */
async function isRefused(visit: Visit, action: RequestAction): Promise<boolean> {
  try {
    await perform(visit, action);
    return false;
  } catch (error) {
    if (error instanceof SessionGoneError) return true;
    throw error;
  }
}

async function perform({ session, unit }: Visit, action: RequestAction): Promise<void> {
  switch (action.do) {
    case 'set':
      session.set(action.key, action.value);
      break;
    case 'delete':
      session.delete(action.key);
      break;
    case 'clear':
      session.clear();
      break;
    case 'section': {
      const work = (): void => {
        session.set(action.key, 7);
        if (action.fails) throw new Error(FAILURE);
      };
      const section = session.withLock(() => (action.isNested ? session.withLock(work) : work()));
      await section.catch((error: unknown) => {
        if (!(error instanceof Error && error.message === FAILURE)) throw error;
      });
      break;
    }
    case 'regenerate':
      return session.regenerate({ keepData: action.keepData });
    case 'acquire':
      return session.acquireLock();
    case 'release':
      return session.releaseLock();
    case 'save':
      return session.save();
    case 'destroy':
      return session.destroy();
    case 'expire':
      session.expire();
      break;
    case 'commit':
      await unit.commit();
      break;
    case 'discard':
      await unit.discard();
  }
}

function predict(model: ModelRequest, action: RequestAction): void {
  switch (action.do) {
    case 'set':
      model.data[action.key] = action.value;
      break;
    case 'delete':
      Reflect.deleteProperty(model.data, action.key);
      break;
    case 'clear':
      model.data = {};
      break;
    case 'section':
      predictSection(model, action);
      break;
    case 'regenerate':
      model.regenerate(action.keepData);
      break;
    case 'expire':
      model.isCookieExpired = true;
      break;
    default:
      model[action.do]();
  }
}

function predictSection(
  model: ModelRequest,
  { key, isNested, fails }: { key: string; isNested: boolean; fails: boolean },
): void {
  const levels = isNested ? 2 : 1;
  for (let level = 0; level < levels; level += 1) model.acquire();
  const before = { ...model.data };
  model.data[key] = 7;
  for (let level = 0; level < levels; level += 1) {
    if (fails) model.fail({ ...before });
    else model.release();
  }
}
