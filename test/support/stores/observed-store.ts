import type { ClosableStore, StartableStore, StoreContext } from '../../../lib/interfaces/store-abilities.interface.js';
import { STORE_METHODS } from '../../../lib/options/store-options.js';
import { SessionStore } from '../../../lib/stores/session-store.js';
import { Gate } from '../basics/gate.js';

type Operation = keyof SessionStore;
type Args<O extends Operation> = Parameters<SessionStore[O]>[0];

/** `storeTimeout` where a store is held: on a busy machine a test may do so for longer than the default. */
export const WHILE_HELD = 60_000;

/**
 * Around a real store: notes each trip, and lets a test hold operations back, or break them. A trip that does two things is
 * noted as both: `update+unlock`, `unlock+touch`.
 */
export class ObservedStore extends SessionStore implements StartableStore, ClosableStore {
  readonly #calls: string[] = [];
  readonly #before = new Map<Operation, () => Promise<unknown>>();

  readonly #gates: Gate[] = [];

  constructor(private readonly inner: SessionStore) {
    super();
  }

  /** The trips since the last call of this. */
  takeCalls(): string[] {
    return this.#calls.splice(0);
  }

  /** `step` runs before each such operation, which fails when it rejects, and hangs when it never settles. */
  before(operation: Operation, step: () => Promise<unknown>): void {
    this.#before.set(operation, step);
  }

  /** Such operations stand before the gate until it is opened, or the store is mended. */
  hold(operation: Operation): Gate {
    const gate = new Gate();
    this.#gates.push(gate);
    this.before(operation, () => gate.pass());
    return gate;
  }

  /** Every operation fails, or hangs: the store is down. */
  breakDown(
    step: () => Promise<unknown> = () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432')),
  ): void {
    STORE_METHODS.forEach((operation) => this.before(operation, step));
  }

  /** Works as it should again. */
  mend(): void {
    this.#before.clear();
    this.#gates.splice(0).forEach((gate) => gate.open());
  }

  async start(context: StoreContext): Promise<void> {
    await (this.inner as Partial<StartableStore>).start?.(context);
  }

  async close(): Promise<void> {
    await (this.inner as Partial<ClosableStore>).close?.();
  }

  load(args: Args<'load'>): ReturnType<SessionStore['load']> {
    return this.#call('load', 'load', () => this.inner.load(args));
  }

  create(args: Args<'create'>): ReturnType<SessionStore['create']> {
    return this.#call('create', 'create', () => this.inner.create(args));
  }

  update(args: Args<'update'>): ReturnType<SessionStore['update']> {
    const name = args.guard.lock?.release === true ? 'update+unlock' : 'update';
    return this.#call('update', name, () => this.inner.update(args));
  }

  touch(args: Args<'touch'>): Promise<boolean> {
    return this.#call('touch', 'touch', () => this.inner.touch(args));
  }

  delete(args: Args<'delete'>): Promise<boolean> {
    return this.#call('delete', 'delete', () => this.inner.delete(args));
  }

  rotate(args: Args<'rotate'>): ReturnType<SessionStore['rotate']> {
    const name = args.guard.lock?.release === true ? 'rotate+unlock' : 'rotate';
    return this.#call('rotate', name, () => this.inner.rotate(args));
  }

  tryLock(args: Args<'tryLock'>): ReturnType<SessionStore['tryLock']> {
    return this.#call('tryLock', 'tryLock', () => this.inner.tryLock(args));
  }

  renewLock(args: Args<'renewLock'>): Promise<boolean> {
    return this.#call('renewLock', 'renewLock', () => this.inner.renewLock(args));
  }

  unlock(args: Args<'unlock'>): Promise<boolean> {
    return this.#call('unlock', args.expiresAt === undefined ? 'unlock' : 'unlock+touch', () =>
      this.inner.unlock(args),
    );
  }

  async #call<T>(operation: Operation, name: string, work: () => Promise<T>): Promise<T> {
    this.#calls.push(name);
    await this.#before.get(operation)?.();
    return work();
  }
}
