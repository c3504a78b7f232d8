import { SessionsUnsupportedError } from '../../errors/index.js';
import type { BatchLoadableStore } from '../../interfaces/store-abilities.interface.js';
import { isBatchLoadable, isCountable } from '../../interfaces/store-abilities.js';
import { SessionStore } from '../../stores/session-store.js';
import { COUNT, DONE_OR_NOT, listOf, LOADED, LOCKED, VERSION_OR_FALSE } from './answer-shape.js';
import type { LeftLocks } from './left-locks.js';
import type { StoreParts } from './store-parts.js';

type Args<M extends 'load' | 'create' | 'update' | 'touch' | 'delete' | 'rotate' | 'tryLock' | 'renewLock' | 'unlock'> =
  Parameters<SessionStore[M]>[0];

/** The application's store, each operation with a deadline and behind the circuit breaker of the server that it is for. */
export class GuardedStore extends SessionStore {
  constructor(
    private readonly store: SessionStore,
    private readonly parts: StoreParts,
    private readonly left: LeftLocks,
  ) {
    super();
  }

  load(args: Args<'load'>): ReturnType<SessionStore['load']> {
    return this.parts.of(args.id).run('load', () => this.store.load(args), LOADED);
  }

  create(args: Args<'create'>): ReturnType<SessionStore['create']> {
    return this.parts.of(args.id).run('create', () => this.store.create(args), VERSION_OR_FALSE);
  }

  update(args: Args<'update'>): ReturnType<SessionStore['update']> {
    return this.parts.of(args.id).run('update', () => this.store.update(args), VERSION_OR_FALSE);
  }

  touch(args: Args<'touch'>): Promise<boolean> {
    return this.parts.of(args.id).run('touch', () => this.store.touch(args), DONE_OR_NOT);
  }

  delete(args: Args<'delete'>): Promise<boolean> {
    return this.parts.of(args.id).run('delete', () => this.store.delete(args), DONE_OR_NOT);
  }

  rotate(args: Args<'rotate'>): ReturnType<SessionStore['rotate']> {
    return this.parts.of(args.from).run('rotate', () => this.store.rotate(args), VERSION_OR_FALSE);
  }

  tryLock(args: Args<'tryLock'>): ReturnType<SessionStore['tryLock']> {
    const onLost = (answer?: { readonly status: string }): void => {
      if (answer === undefined || answer.status === 'acquired') {
        void this.#giveBack(args);
      }
    };
    return this.parts.of(args.id).run('tryLock', () => this.store.tryLock(args), LOCKED, onLost);
  }

  renewLock(args: Args<'renewLock'>): Promise<boolean> {
    return this.parts.of(args.id).run('renewLock', () => this.store.renewLock(args), DONE_OR_NOT);
  }

  unlock(args: Args<'unlock'>): Promise<boolean> {
    return this.parts.of(args.id).run('unlock', () => this.store.unlock(args), DONE_OR_NOT);
  }

  /** @throws SessionsUnsupportedError when the store cannot count. */
  async count(): Promise<number> {
    const { store } = this;
    if (!isCountable(store)) {
      throw new SessionsUnsupportedError(`${store.constructor.name} cannot count its sessions`);
    }
    return this.parts.whole.run('count', () => store.count(), COUNT);
  }

  get canLoadMany(): boolean {
    return isBatchLoadable(this.store);
  }

  /** Ids that can be loaded together: those of each server. */
  apart(ids: readonly string[]): readonly (readonly string[])[] {
    return this.parts.apart(ids);
  }

  /**
   * Of ids that are on one server.
   *
   * @throws SessionsUnsupportedError when the store cannot load many at once.
   */
  async loadMany(args: { ids: readonly string[] }): ReturnType<BatchLoadableStore['loadMany']> {
    const { store } = this;
    if (!isBatchLoadable(store)) {
      throw new SessionsUnsupportedError(`${store.constructor.name} cannot load many sessions at once`);
    }
    const [id] = args.ids;
    const part = id === undefined ? this.parts.whole : this.parts.of(id);
    return part.run('loadMany', () => store.loadMany(args), listOf(LOADED, args.ids.length));
  }

  /**
   * The request that asked is gone, or the answer was lost: without this the session would stay locked for a whole lease. Past
   * the circuit breaker, which is open just when answers come late.
   */
  async #giveBack({ id, token }: Args<'tryLock'>): Promise<void> {
    try {
      await this.store.unlock({ id, token });
    } catch {
      this.left.add({ id, token });
    }
  }
}
