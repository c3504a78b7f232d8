import { hostname } from 'node:os';
import { SessionLockTimeoutError } from '../../errors/index.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { Acquired, Gone, LockHolder, Missing } from '../../interfaces/session-record.interface.js';
import type { SessionStore } from '../../stores/session-store.js';
import { LeaseRenewer, type Lease } from './lease-renewer.js';
import { FifoQueue, type Turn } from './fifo-queue.js';
import { waitFor } from './wait.js';
import { randomToken, shortHash } from '../session-id.js';
import type { ThrottledLogger } from '../../logging/throttled-logger.js';

const TOKEN_BYTES = 12;
const LONGEST_PAUSE = 40;
const SHORTEST_PAUSE = 4;
const RETRY_AFTER = 1_000;
const PROCESS = `${hostname()}:${process.pid}`;

export interface LockLimits {
  /** Requests of this process that may wait for one session. */
  readonly maxWaiters: number;
  /** Milliseconds after which a lock is no longer renewed. */
  readonly maxHold: number;
}

export interface LockRequest {
  readonly id: string;
  /** Milliseconds. */
  readonly wait: number;
  /** Milliseconds. */
  readonly lease: number;
  /** What asks, for the error of those who wait for it in vain. */
  readonly route: string;
  /** Aborted when nobody waits for the answer any more. Asked for only when there is something to wait for. */
  signal(): AbortSignal;
}

/** A lock that this process holds. */
export interface SessionLock extends Lease {
  /** Changes with `regenerate()`. */
  id: string;
  readonly token: string;
  readonly holder: LockHolder;
  readonly since: number;
}

export type LockOutcome =
  (Omit<Acquired, 'status'> & { readonly status: 'acquired'; readonly lock: SessionLock }) | Missing | Gone;

/** The policy of locking, for all stores: queue, wait, renew, give up. */
export class SessionLocks {
  readonly #queue = new FifoQueue<SessionLock>();
  readonly #renewal: LeaseRenewer<SessionLock>;

  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
    private readonly limits: LockLimits,
    private readonly warnings: ThrottledLogger,
  ) {
    this.#renewal = new LeaseRenewer(clock, (lock) => this.#renewOrGiveUp(lock));
  }

  /** How many sessions are locked or waited for in this process. */
  get size(): number {
    return this.#queue.size;
  }

  /** @throws SessionLockTimeoutError when `wait` passes, or at once when `maxWaiters` are waiting. */
  async acquire(request: LockRequest): Promise<LockOutcome> {
    const asked = this.clock.monotonic();
    const { id } = request;
    if (this.#queue.isTaken(id) && this.#queue.waiting(id) >= this.limits.maxWaiters) {
      throw this.#timeout(request, `${this.limits.maxWaiters} requests are waiting for it already (lock.maxWaiters)`);
    }
    const turn = this.#queue.enter(id);
    if (turn !== undefined) {
      await this.#waitInTurn(request, asked, turn);
    }
    try {
      const outcome = await this.#contend(request, asked);
      if (outcome.status !== 'acquired') {
        this.#queue.pass(request.id);
      }
      return outcome;
    } catch (error) {
      this.#queue.pass(request.id);
      throw error;
    }
  }

  /**
   * Lets the lock go in the store, touching the record in the same step when `expiresAt` is given; `false` when it did neither. It
   * never fails: whatever its request did is done, and the lock ends with its lease.
   */
  async release(lock: SessionLock, expiresAt?: number): Promise<boolean> {
    const { id, token } = lock;
    try {
      return await this.store.unlock(expiresAt === undefined ? { id, token } : { id, token, expiresAt });
    } catch (error) {
      this.warnings.log('release', `A session lock was left to run out: ${String(error)}`);
      return false;
    } finally {
      this.onReleased(lock);
    }
  }

  /** The store let the lock go together with a write, or the record is gone: the next one's turn. */
  onReleased(lock: SessionLock): void {
    this.#renewal.remove(lock);
    // Whoever lost its lease has passed its turn on already, and must not pass on the next one's.
    if (this.#queue.holder(lock.id) === lock) {
      this.#queue.pass(lock.id);
    }
  }

  /** The lease goes on under a new id; those who wait for the old one wake at once and see that it is gone. */
  rebind(lock: SessionLock, id: string): void {
    if (this.#queue.holder(lock.id) === lock) {
      this.#queue.pass(lock.id);
    }
    lock.id = id;
    this.#queue.hold(id, lock);
    // A renewal that met the rotation half-way has taken the lock for lost.
    this.#renewal.add(lock);
  }

  /** Renews the lock no more: it ends with its lease, unless it is let go before. */
  stopRenewing(lock: SessionLock): void {
    this.#renewal.remove(lock);
    this.clock.setTimer(() => this.onReleased(lock), lock.duration);
  }

  /** Whether the store still knows the lock as ours; the lease starts anew. */
  renew(lock: SessionLock): Promise<boolean> {
    return this.store.renewLock({ id: lock.id, token: lock.token, lease: lock.duration });
  }

  /** Lets go of everything: the process is going down. */
  async close(): Promise<void> {
    this.#renewal.stop();
    await Promise.all(this.#queue.holders().map((lock) => this.release(lock)));
  }

  async #waitInTurn(request: LockRequest, asked: number, turn: Turn): Promise<void> {
    const outcome = await waitFor(this.clock, request.wait, request.signal(), turn.ready);
    if (outcome === 'ready') {
      return;
    }
    if (!turn.leave()) {
      this.#queue.pass(request.id);
    }
    throw this.#givenUp(request, asked, outcome === 'aborted', this.#queue.holder(request.id)?.holder);
  }

  async #contend(request: LockRequest, asked: number): Promise<LockOutcome> {
    const token = randomToken(TOKEN_BYTES);
    for (let attempt = 1; ; attempt += 1) {
      const since = this.clock.monotonic();
      const holder: LockHolder = { route: request.route, process: PROCESS, since: this.clock.now() };
      const answer = await this.store.tryLock({ id: request.id, token, lease: request.lease, holder });
      if (answer.status === 'acquired') {
        return this.#acquired(answer, {
          id: request.id,
          token,
          holder,
          since,
          duration: request.lease,
          renewedAt: since,
        });
      }
      if (answer.status !== 'held') {
        return answer;
      }
      const left = request.wait - (this.clock.monotonic() - asked);
      const outcome =
        left > 0 ? await waitFor(this.clock, Math.min(left, pause(attempt)), request.signal()) : 'elapsed';
      if (left <= 0 || outcome === 'aborted') {
        throw this.#givenUp(request, asked, outcome === 'aborted', answer.holder);
      }
    }
  }

  #acquired(answer: Acquired, lock: SessionLock): LockOutcome {
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
      // The next tick tries again; when the lease has run out by then, the fence in the save decides.
      (error: unknown) => this.warnings.log('renewal', `A session lock could not be renewed: ${String(error)}`),
    );
  }

  #givenUp(request: LockRequest, asked: number, isAborted: boolean, holder?: LockHolder): SessionLockTimeoutError {
    if (isAborted) {
      return this.#timeout(request, 'the client went away while the request waited for the lock', holder);
    }
    const waited = Math.round(this.clock.monotonic() - asked);
    return this.#timeout(request, `it was not free within ${waited} ms (lock.wait)`, holder);
  }

  #timeout(
    request: LockRequest,
    reason: string,
    holder = this.#queue.holder(request.id)?.holder,
  ): SessionLockTimeoutError {
    const held =
      holder === undefined
        ? ''
        : ` It has been held for ${Math.round(this.clock.now() - holder.since)} ms by ${holder.route} (${holder.process}).` +
          ' A handler that calls its own server with the same cookie waits for itself: release the lock first.';
    return new SessionLockTimeoutError(
      `Session ${shortHash(request.id)} is locked: ${reason}.${held}`,
      RETRY_AFTER,
      holder,
    );
  }
}

/**
 * Faster the longer one waits, so that the oldest waiter of all processes is the likeliest to be next. Exponential back-off
 * starves it: measured with 32 clients, 5.8 s at worst against 0.8 s.
 */
function pause(attempt: number): number {
  const jitter = 0.75 + Math.random() / 2;
  return Math.max(SHORTEST_PAUSE, LONGEST_PAUSE / attempt) * jitter;
}
