import { SessionStore } from '../../../lib/stores/session-store.js';

type Operation = 'load' | 'create' | 'update' | 'touch' | 'delete' | 'rotate' | 'tryLock' | 'renewLock' | 'unlock';
type Args<O extends Operation> = Parameters<SessionStore[O]>[0];

/** What goes wrong: the store never hears of the operation, or does it and its answer does not arrive. */
export type Fault = 'lost request' | 'lost answer';

/** Around a real store: one call, counted from now, goes wrong. */
export class FaultyStore extends SessionStore {
  /** The operations called since `arm()`. */
  readonly calls: Operation[] = [];
  #faultyCall = Infinity;
  #fault: Fault = 'lost request';

  constructor(private readonly inner: SessionStore) {
    super();
  }

  arm(faultyCall = Infinity, fault: Fault = 'lost request'): void {
    this.calls.length = 0;
    this.#faultyCall = faultyCall;
    this.#fault = fault;
  }

  load(args: Args<'load'>): ReturnType<SessionStore['load']> {
    return this.#call('load', () => this.inner.load(args));
  }

  create(args: Args<'create'>): ReturnType<SessionStore['create']> {
    return this.#call('create', () => this.inner.create(args));
  }

  update(args: Args<'update'>): ReturnType<SessionStore['update']> {
    return this.#call('update', () => this.inner.update(args));
  }

  touch(args: Args<'touch'>): Promise<boolean> {
    return this.#call('touch', () => this.inner.touch(args));
  }

  delete(args: Args<'delete'>): Promise<boolean> {
    return this.#call('delete', () => this.inner.delete(args));
  }

  rotate(args: Args<'rotate'>): ReturnType<SessionStore['rotate']> {
    return this.#call('rotate', () => this.inner.rotate(args));
  }

  tryLock(args: Args<'tryLock'>): ReturnType<SessionStore['tryLock']> {
    return this.#call('tryLock', () => this.inner.tryLock(args));
  }

  renewLock(args: Args<'renewLock'>): Promise<boolean> {
    return this.#call('renewLock', () => this.inner.renewLock(args));
  }

  unlock(args: Args<'unlock'>): Promise<boolean> {
    return this.#call('unlock', () => this.inner.unlock(args));
  }

  async #call<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    this.calls.push(operation);
    const isFaulty = this.calls.length === this.#faultyCall;
    if (isFaulty && this.#fault === 'lost request') {
      throw new Error(`ECONNREFUSED: ${operation}`);
    }
    const answer = await work();
    if (isFaulty) {
      throw new Error(`ECONNRESET: ${operation}`);
    }
    return answer;
  }
}
