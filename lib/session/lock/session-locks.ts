import { SessionStoreError, type LockTimeoutReason, type SessionLockTimeoutError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { Held, LockHolder } from '../../interfaces/session-record.interface.js';
import type { ThrottledLogger } from '../../logging/throttled-logger.js';
import type { SessionStore } from '../../stores/session-store.js';
import { randomToken, shortHash } from '../session-id.js';
import type { LeftLocks } from '../store-access/left-locks.js';
import { reasonOf } from '../store-access/reason-of.js';
import { FifoQueue, type QueuePlace } from './fifo-queue.js';
import { LeaseRenewer } from './lease-renewer.js';
import { lockTimeout } from './lock-timeout.js';
import { MAX_POLLED_SESSIONS, PollBudget } from './poll-budget.js';
import { newLock, type LockOutcome, type LockTerms, type SessionLock } from './session-lock.js';
import { waitFor } from './wait.js';

const TOKEN_BYTES = 12;

export interface LockLimits {
  /** Requests of this process that may wait for one session. */
  readonly maxWaiters: number;
  /** Milliseconds after which a lock is no longer renewed. */
  readonly maxHold: number;
}

type Answer = Awaited<ReturnType<SessionStore['tryLock']>>;

/** The policy of locking, for all stores: queue, wait, renew, give up. */
export class SessionLocks {
  readonly #queue = new FifoQueue<SessionLock>();
  readonly #renewal: LeaseRenewer<SessionLock>;
  /** Of all that asks the store again and again. */
  readonly polls: PollBudget;
  #isClosed = false;

  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
    private readonly limits: LockLimits,
    private readonly warnings: ThrottledLogger,
    private readonly left: LeftLocks,
  ) {
    this.#renewal = new LeaseRenewer(clock, (lock) => this.#renewOrGiveUp(lock));
    this.polls = new PollBudget(clock);
  }

  /** How many sessions are locked or waited for in this process. */
  get size(): number {
    return this.#queue.size;
  }

  /**
   * @throws SessionLockTimeoutError when `wait` passes, or at once when `maxWaiters` requests are waiting for the session, or when
   *   too many sessions are waiting for other processes.
   * @throws what `assertOpen()` throws.
   */
  async acquire(id: string, terms: LockTerms): Promise<LockOutcome> {
    const asked = this.clock.monotonic();
    const place = this.#queue.enter(id);
    const since = place === undefined ? asked : await this.#waitInQueue(id, terms, asked, place);
    let outcome: LockOutcome;
    try {
      this.assertOpen();
      const lock = newLock(id, terms, randomToken(TOKEN_BYTES), since, this.clock.now());
      const answer = await this.#ask(lock);
      outcome =
        answer.status === 'held'
          ? await this.#poll(id, terms, asked, lock.token, answer.holder)
          : this.#take(lock, answer);
      if (outcome.status !== 'acquired') {
        this.#queue.next(id);
      }
    } catch (error) {
      this.#queue.next(id);
      throw error;
    }
    if (this.#isClosed && outcome.status === 'acquired') {
      // It was asked for before.
      await this.release(outcome.lock);
      this.assertOpen();
    }
    return outcome;
  }

  /**
   * Releases the lock in the store, and touches the record in the same step when `expiresAt` is given. Returns `false` when the
   * store refused both, and `undefined` when it failed. It never rejects: what its request did is done, and the lock ends as soon
   * as the store answers again, or with its lease.
   */
  async release(lock: SessionLock, expiresAt?: number): Promise<boolean | undefined> {
    const { id, token } = lock;
    const args = expiresAt === undefined ? { id, token } : { id, token, expiresAt };
    try {
      return await this.store.unlock(args);
    } catch (error) {
      this.left.add(args);
      this.warnings.log(
        'release',
        `A session lock could not be released until the store answers again, or its lease ends: ${reasonOf(error)}`,
      );
      return undefined;
    } finally {
      this.onReleased(lock);
    }
  }

  /** The store has released the lock together with a write, or the record is gone: wakes the next request. */
  onReleased(lock: SessionLock): void {
    this.#renewal.remove(lock);
    this.#queue.nextAfter(lock.id, lock);
  }

  /** The lease goes on under a new id; those who wait for the old one wake at once and see that it is gone. */
  rebind(lock: SessionLock, id: string): void {
    this.#queue.nextAfter(lock.id, lock);
    lock.id = id;
    this.#queue.hold(id, lock);
    // A renewal that met the rotation half-way has taken the lock for lost.
    this.#renewal.add(lock);
  }

  /** Renews the lock no more: it ends with its lease, unless it is released before. */
  stopRenewing(lock: SessionLock): void {
    this.#renewal.remove(lock);
    this.clock.setTimer(() => this.onReleased(lock), lock.duration);
  }

  /** Whether the store still knows the lock as ours; the lease starts anew. */
  renew(lock: SessionLock): Promise<boolean> {
    return this.store.renewLock({ id: lock.id, token: lock.token, lease: lock.duration });
  }

  /** Releases every lock, also those that are asked for at this moment, and gives no other: the process is going down. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#renewal.stop();
    this.polls.close();
    await Promise.all(this.#queue.holders().map((lock) => this.release(lock)));
    await this.#queue.empty();
  }

  /** @throws SessionStoreError when the application is closed. */
  assertOpen(): void {
    if (this.#isClosed) {
      const message = 'The application is closed, and its sessions with it: close its HTTP server before app.close()';
      throw new SessionStoreError(message, RETRY_AFTER);
    }
  }

  /** Returns when the wait was over. */
  async #waitInQueue(id: string, terms: LockTerms, asked: number, place: QueuePlace): Promise<number> {
    const { maxWaiters } = this.limits;
    if (this.#queue.waiting(id) > maxWaiters) {
      place.leave();
      throw this.#timeout(id, 'full', `${maxWaiters} requests are waiting for it already (lock.maxWaiters)`);
    }
    const outcome = await waitFor(this.clock, terms.wait, terms.signal(), place.ready);
    if (outcome === 'ready') {
      return this.clock.monotonic();
    }
    if (!place.leave()) {
      this.#queue.next(id);
    }
    throw this.#givenUp(id, asked, outcome === 'aborted');
  }

  /** Asks again and again for a lock that another process holds. */
  async #poll(id: string, terms: LockTerms, asked: number, token: string, holder?: LockHolder): Promise<LockOutcome> {
    if (this.polls.isFull) {
      const explanation = `${MAX_POLLED_SESSIONS} sessions of this process are waiting for locks of other processes already`;
      throw this.#timeout(id, 'full', explanation, holder);
    }
    const session = this.polls.enter();
    try {
      for (;;) {
        const left = terms.wait - (this.clock.monotonic() - asked);
        const outcome =
          left > 0 ? await waitFor(this.clock, left, terms.signal(), this.polls.next(session)) : 'elapsed';
        if (outcome !== 'ready') {
          throw this.#givenUp(id, asked, outcome === 'aborted', holder);
        }
        this.assertOpen();
        const lock = newLock(id, terms, token, this.clock.monotonic(), this.clock.now());
        const answer = await this.#ask(lock);
        if (answer.status !== 'held') {
          return this.#take(lock, answer);
        }
        holder = answer.holder;
      }
    } finally {
      this.polls.leave(session);
    }
  }

  #ask({ id, token, duration, holder }: SessionLock): ReturnType<SessionStore['tryLock']> {
    return this.store.tryLock({ id, token, lease: duration, holder });
  }

  #take(lock: SessionLock, answer: Exclude<Answer, Held>): LockOutcome {
    if (answer.status !== 'acquired') {
      return answer;
    }
    this.#queue.hold(lock.id, lock);
    this.#renewal.add(lock);
    return { status: 'acquired', record: answer.record, version: answer.version, lock };
  }

  #renewOrGiveUp(lock: SessionLock): void {
    if (this.clock.monotonic() - lock.since >= this.limits.maxHold) {
      this.stopRenewing(lock);
      this.warnings.log(
        'lock.maxHold',
        `${lock.holder.route} has held the lock of session ${shortHash(lock.id)} for longer than lock.maxHold (${this.limits.maxHold} ms): it is no longer renewed`,
      );
      return;
    }
    const { id } = lock;
    this.renew(lock).then(
      (isOurs) => {
        // Else a rotation overtook the renewal, and the refusal says nothing of the lock under its new id.
        if (!isOurs && lock.id === id) {
          this.onReleased(lock);
        }
      },
      // The next tick tries again; when the lease has ended by then, the fence in the save decides.
      (error: unknown) => this.warnings.log('renewal', `A session lock could not be renewed: ${reasonOf(error)}`),
    );
  }

  #givenUp(id: string, asked: number, isAborted: boolean, holder?: LockHolder): SessionLockTimeoutError {
    if (isAborted) {
      return this.#timeout(id, 'aborted', 'the client went away while the request waited for the lock', holder);
    }
    const waited = Math.round(this.clock.monotonic() - asked);
    return this.#timeout(id, 'waited', `it was not free within ${waited} ms (lock.wait)`, holder);
  }

  #timeout(
    id: string,
    reason: LockTimeoutReason,
    explanation: string,
    holder = this.#queue.holder(id)?.holder,
  ): SessionLockTimeoutError {
    return lockTimeout(id, reason, explanation, this.clock.now(), holder);
  }
}
