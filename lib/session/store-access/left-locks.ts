import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';
import type { SessionStore } from '../../stores/session-store.js';
import { DONE_OR_NOT } from './answer-shape.js';
import type { StoreParts } from './store-parts.js';

/** Milliseconds between two attempts, and how many locks are released at the same time: a store that is back has other work, too. */
const PAUSE = 250;
const AT_ONCE = 32;

/** Milliseconds after which a lock is left to its lease, and how many are remembered. */
const GIVE_UP_AFTER = 300_000;
const MOST = 10_000;

type LeftLock = Parameters<SessionStore['unlock']>[0];

/**
 * Locks that could not be released while the store failed. Nobody works under them any more, but their sessions would stay locked
 * for a whole lease when the store is back: so they are released as soon as it answers.
 */
export class LeftLocks {
  /** In the order in which they are tried. */
  readonly #giveUpAt = new Map<LeftLock, number>();
  #isTrying = false;
  #isClosed = false;
  #cancel: CancelTimer | undefined;

  constructor(
    private readonly store: SessionStore,
    private readonly parts: StoreParts,
    private readonly clock: Clock,
  ) {}

  add(lock: LeftLock): void {
    if (!this.#isClosed && this.#giveUpAt.size < MOST) {
      this.#giveUpAt.set(lock, this.clock.monotonic() + GIVE_UP_AFTER);
      this.#wait();
    }
  }

  /** The process is going down: what is left ends with its lease. */
  close(): void {
    this.#isClosed = true;
    this.#giveUpAt.clear();
    this.#cancel?.();
  }

  #wait(): void {
    if (!this.#isTrying && this.#giveUpAt.size > 0) {
      this.#isTrying = true;
      this.#cancel = this.clock.setTimer(() => void this.#tryNext(), PAUSE);
    }
  }

  async #tryNext(): Promise<void> {
    const next = [...this.#giveUpAt].slice(0, AT_ONCE);
    await Promise.all(next.map(([lock, giveUpAt]) => this.#try(lock, giveUpAt)));
    this.#isTrying = false;
    this.#wait();
  }

  async #try(lock: LeftLock, giveUpAt: number): Promise<void> {
    this.#giveUpAt.delete(lock);
    try {
      await this.parts.of(lock.id).run('unlock', () => this.store.unlock(lock), DONE_OR_NOT);
    } catch {
      // Told when it was left. The others come first at the next attempt.
      if (!this.#isClosed && this.clock.monotonic() < giveUpAt) {
        this.#giveUpAt.set(lock, giveUpAt);
      }
    }
  }
}
