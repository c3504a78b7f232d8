import type {
  Acquired,
  Found,
  Gone,
  Held,
  LockHolder,
  Missing,
  SessionRecord,
  SessionVersion,
  WriteGuard,
} from '../interfaces/session-record.interface.js';

/**
 * Where sessions are kept: contract and injection token at once.
 *
 * An `id` here is the SHA-256 of the id in the cookie (base64url, 43 characters of `A-Z a-z 0-9 - _`): it cannot be a path, a
 * command or a pattern, and whoever reads the store can take over no session.
 *
 * Rules that hold for every method:
 * - **Missing is a value, an outage is a rejection.** A store that cannot answer rejects; it never says "missing".
 * - **Each method is one atomic step** towards every other, also from other processes where the store serves several.
 * - **Nothing but `create` and `rotate` brings a record into being**: a slow request cannot revive a session that was
 *   destroyed while it ran.
 * - An expired record (`now >= expiresAt`) counts as missing, whether it has been removed yet or not.
 * - `expiresAt` never moves back, whoever writes.
 *
 * `sessionStoreContract()` of `nestjs-sessions/testing` checks all of it.
 *
 * Optional abilities are separate interfaces: `StartableStore`, `ClosableStore`, `CountableStore`, `SweepableStore`.
 */
export abstract class SessionStore {
  /** Reads without a lock. */
  abstract load(args: { id: string }): Promise<Found | Missing | Gone>;

  /**
   * Writes a new record; `false` when anything is there, a tombstone included. So two visitors never share an id, and a
   * destroyed id is not used again.
   */
  abstract create(args: { id: string; record: SessionRecord }): Promise<SessionVersion | false>;

  /**
   * Replaces the record; `false`, with nothing changed, when it is missing or gone, or when the guard no longer holds.
   * A lost update is a write whose guard was checked in one step and made in another: check and write are one.
   */
  abstract update(args: { id: string; record: SessionRecord; guard: WriteGuard }): Promise<SessionVersion | false>;

  /** Moves `expiresAt` forward, and nothing else: it disturbs no lock and changes no version. `false` when missing or gone. */
  abstract touch(args: { id: string; expiresAt: number }): Promise<boolean>;

  /**
   * Removes the record, whoever holds its lock, and leaves a tombstone without data until `tombstoneUntil` (epoch
   * milliseconds). `false`, and no tombstone, when there was nothing.
   */
  abstract delete(args: { id: string; tombstoneUntil: number }): Promise<boolean>;

  /**
   * In one step: the record under the new id, a tombstone under the old. `false`, with nothing changed, when the guard no
   * longer holds or anything is there under the new id. A lock that is not released goes on, with its token and lease,
   * under the new id.
   */
  abstract rotate(args: {
    from: string;
    to: string;
    record: SessionRecord;
    guard: WriteGuard;
    tombstoneUntil: number;
  }): Promise<SessionVersion | false>;

  /**
   * One attempt to take the lock, without waiting, and the record as it is under the lock. A lock is a lease: after `lease`
   * milliseconds without renewal it is anybody's. An id that is missing is never locked, so made-up ids leave nothing behind.
   * The same token may ask again (a retry after a lost answer) and has the lock.
   */
  abstract tryLock(args: {
    id: string;
    token: string;
    lease: number;
    holder: LockHolder;
  }): Promise<Acquired | Held | Missing | Gone>;

  /** Starts the lease anew; `false` when the lock is no longer this token's. */
  abstract renewLock(args: { id: string; token: string; lease: number }): Promise<boolean>;

  /**
   * Lets the lock go, and with `expiresAt` touches the record in the same step; `false`, with nothing changed, when the lock is
   * no longer this token's: a late release must not free somebody else's lock.
   */
  abstract unlock(args: { id: string; token: string; expiresAt?: number }): Promise<boolean>;
}
