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
 * Where sessions are kept. This class is the contract of a store, and its injection token.
 *
 * An `id` here is the SHA-256 of the id in the cookie (base64url, 43 characters of `A-Z a-z 0-9 - _`): it cannot be a path, a
 * command or a pattern, and a person who reads the store cannot take over a session.
 *
 * Rules that hold for every method:
 * - **Missing is a value, an outage is a rejection.** A store that cannot answer rejects; it never says "missing".
 * - **Each method is one atomic step** towards every other, also from other processes where the store serves several.
 * - **Nothing but `create` and `rotate` brings a record into being**: a slow request cannot revive a session that was
 *   destroyed while it ran.
 * - An expired record (`now >= expiresAt`) counts as missing, whether it has been removed yet or not.
 * - No write moves `expiresAt` back.
 *
 * `sessionStoreContract()` of `nestjs-sessions/testing` checks all of it.
 *
 * Optional abilities are separate interfaces: `StartableStore`, `ClosableStore`, `CountableStore`, `SweepableStore`,
 * `BatchLoadableStore`, `PartitionedStore`, `LeasingStore`.
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
   * The guard is checked in the same step that writes: were it checked before, a write in between would be overwritten.
   */
  abstract update(args: { id: string; record: SessionRecord; guard: WriteGuard }): Promise<SessionVersion | false>;

  /** Moves `expiresAt` forward, and nothing else: it disturbs no lock and changes no version. `false` when missing or gone. */
  abstract touch(args: { id: string; expiresAt: number }): Promise<boolean>;

  /**
   * Removes the record, also if another holds its lock, and leaves a tombstone without data until `tombstoneUntil` (epoch
   * milliseconds). The tombstone says `'destroyed'`. `false`, with nothing changed, when the record is missing or gone.
   */
  abstract delete(args: { id: string; tombstoneUntil: number }): Promise<boolean>;

  /**
   * In one step: the record under the new id, and under the old id a tombstone that says `'rotated'`. `false`, with nothing
   * changed, when the guard no longer holds or anything is there under the new id. A lock that is not released moves to the new
   * id, with its token and its lease.
   */
  abstract rotate(args: {
    from: string;
    to: string;
    record: SessionRecord;
    guard: WriteGuard;
    tombstoneUntil: number;
  }): Promise<SessionVersion | false>;

  /**
   * One attempt to take the lock, without waiting, which returns the record as it is under the lock. A lock is a lease: after
   * `lease` milliseconds without renewal another token may take it. A missing id is never locked, so invented ids leave nothing
   * behind. If the token already has the lock, because an earlier answer was lost, it is acquired again.
   */
  abstract tryLock(args: {
    id: string;
    token: string;
    lease: number;
    holder: LockHolder;
  }): Promise<Acquired | Held | Missing | Gone>;

  /** Starts the lease anew; `false` when `token` no longer has the lock. */
  abstract renewLock(args: { id: string; token: string; lease: number }): Promise<boolean>;

  /**
   * Releases the lock, and with `expiresAt` touches the record in the same step. `false`, with nothing changed, when `token` no
   * longer has the lock: a late release must not release the lock of another.
   */
  abstract unlock(args: { id: string; token: string; expiresAt?: number }): Promise<boolean>;
}
