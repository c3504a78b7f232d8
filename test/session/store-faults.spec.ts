import { SessionStoreError } from '../../lib/errors/index.js';
import type { LockingMode } from '../../lib/interfaces/sessions-options.interface.js';
import type { SessionObject } from '../../lib/session/object/session.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { EngineVisits, LEASE, type Visit } from '../support/engine/engine-visits.js';
import { FaultyStore, type Fault } from '../support/stores/faulty-store.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

const HOUR = 3_600_000;

type Session = SessionObject<Record<string, unknown>>;

/** What a request may do to its session; `elsewhere` is another request that comes in between. */
interface Flow {
  readonly name: string;
  readonly mode?: LockingMode;
  /** The request of a new visitor. */
  readonly isFirst?: boolean;
  /** So late that using the session moves its expiry. */
  readonly isLate?: boolean;
  handle(session: Session, elsewhere: () => Promise<void>): unknown;
}

const FLOWS: readonly Flow[] = [
  { name: 'reads', handle: () => undefined },
  { name: 'reads late', isLate: true, handle: () => undefined },
  { name: 'reads late without a lock', mode: 'explicit', isLate: true, handle: () => undefined },
  { name: 'reads late, read-only', mode: 'read-only', isLate: true, handle: () => undefined },
  { name: 'changes', handle: (session) => session.set('n', 1) },
  { name: 'changes late', isLate: true, handle: (session) => session.set('n', 1) },
  { name: 'changes without a lock', mode: 'explicit', handle: (session) => session.set('n', 1) },
  {
    name: 'changes without a lock what another request changes',
    mode: 'explicit',
    async handle(session, elsewhere) {
      session.set('n', 1);
      await elsewhere();
    },
  },
  {
    name: 'saves and goes on',
    async handle(session) {
      await session.set('n', 1).save();
      session.set('n', 2);
    },
  },
  { name: 'takes the lock', mode: 'explicit', handle: (session) => session.withLock(() => void session.set('n', 1)) },
  {
    name: 'takes the lock and forgets to let it go',
    mode: 'explicit',
    async handle(session) {
      await session.acquireLock();
      session.set('n', 1);
    },
  },
  {
    name: 'takes the lock twice',
    mode: 'explicit',
    async handle(session) {
      await session.withLock(() => void session.set('n', 1));
      await session.withLock(() => void session.set('n', 2));
    },
  },
  {
    name: 'gets a new id',
    async handle(session) {
      await session.regenerate();
      session.set('user', 'ann');
    },
  },
  { name: 'gets a new id without a lock', mode: 'explicit', handle: (session) => session.regenerate() },
  {
    name: 'gets a new id while another request changes the session',
    mode: 'explicit',
    async handle(session, elsewhere) {
      await session.regenerate();
      await elsewhere();
    },
  },
  {
    name: 'gets a new id in the middle',
    async handle(session) {
      session.set('n', 1);
      await session.regenerate();
      await session.save();
      session.set('user', 'ann');
    },
  },
  {
    name: 'gets a new id twice, and a new life',
    async handle(session) {
      await session.regenerate();
      await session.save();
      await session.regenerate({ keepData: false });
      session.set('user', 'ann');
    },
  },
  { name: 'logs out', handle: (session) => session.destroy() },
  { name: 'logs out without a lock', mode: 'explicit', handle: (session) => session.destroy() },
  {
    name: 'logs out and in again',
    async handle(session) {
      await session.destroy();
      await session.regenerate();
      session.set('user', 'ann');
    },
  },
  { name: 'comes for the first time', isFirst: true, handle: (session) => session.set('n', 1) },
  {
    name: 'comes for the first time, saves and goes on',
    isFirst: true,
    async handle(session) {
      await session.set('n', 1).save();
      session.set('n', 2);
    },
  },
  {
    name: 'comes for the first time and logs in',
    isFirst: true,
    async handle(session) {
      await session.set('n', 1).save();
      await session.regenerate();
      session.set('user', 'ann');
    },
  },
];

/** Operations that a request can do without: they fail with a line in the log. */
const isBestEffort = (operation?: string): boolean => operation === 'touch' || operation === 'unlock';

describe.each(FLOWS)('A request that $name', (flow) => {
  let clock: ManualClock;
  let store: FaultyStore;
  let visits: EngineVisits;
  let id: string;

  async function arrange(): Promise<void> {
    clock = new ManualClock();
    const memory = new MemoryStore();
    await memory.start({ clock, logger: new RecordingLogger() });
    store = new FaultyStore(memory);
    visits = new EngineVisits(store, clock);
    id = await visits.stored({ n: 0 });
    if (flow.isLate === true) {
      await clock.advanceAsync(HOUR / 2);
    }
  }

  async function elsewhere(): Promise<void> {
    const other = visits.visit(id, 'explicit');
    await other.session.load();
    other.session.set('theirs', true);
    await other.unit.commit();
  }

  /** What a request fails with, if it does. */
  async function serve({ unit, session }: Visit): Promise<unknown> {
    try {
      await session.load();
      await flow.handle(session, elsewhere);
    } catch (error) {
      await unit.discard();
      return error;
    }
    return Promise.resolve(unit.commit()).catch((error: unknown) => error);
  }

  const arrive = (): Visit => visits.visit(flow.isFirst === true ? undefined : id, flow.mode);

  async function countCalls(): Promise<number> {
    await arrange();
    store.arm();
    expect(await serve(arrive())).toBeUndefined();
    return store.calls.length;
  }

  /** The id that the client sends next time. */
  function idAfter({
    unit: {
      active: { cookie },
    },
  }: Visit): string {
    return cookie?.kind === 'set' ? cookie.id : id;
  }

  async function expectNothingIsRenewed(): Promise<void> {
    expect(visits.engine.locks.size).toBe(0);
    store.arm();
    await clock.advanceAsync(LEASE);
    expect(store.calls).not.toContain('renewLock');
    expect(clock.pendingTimers).toBe(0);
  }

  it.each<Fault>(['lost request', 'lost answer'])(
    'leaves neither a lock nor a lie behind, whichever call of the store fails: %s',
    async (fault) => {
      const calls = await countCalls();
      for (let call = 1; call <= calls; call += 1) {
        await arrange();
        store.arm(call, fault);
        const request = arrive();
        const error = await serve(request);
        const [failed, ...later] = store.calls.slice(call - 1);
        const next = idAfter(request);

        expect({ failed, error }).toEqual({
          failed,
          error: isBestEffort(failed) ? undefined : expect.any(SessionStoreError),
        });
        expect({ failed, later: later.filter((operation) => operation !== 'unlock') }).toEqual({ failed, later: [] });
        if (!(failed === 'unlock' && fault === 'lost request')) {
          expect({ failed, lock: await visits.lockStatus(next) }).not.toEqual({ failed, lock: 'held' });
        }
        if (fault === 'lost request' && request.unit.active.cookie?.kind !== 'expire') {
          expect({ failed, stored: await visits.data(next) }).toEqual({ failed, stored: expect.any(Object) });
        }
        await expectNothingIsRenewed();
        expect(await visits.lockStatus(next)).not.toBe('held');
      }
    },
  );
});
