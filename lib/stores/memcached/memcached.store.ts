import type {
  Acquired,
  Found,
  Gone,
  Held,
  Missing,
  SessionRecord,
  SessionVersion,
} from '../../interfaces/session-record.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type { ClosableStore, StartableStore, StoreContext } from '../../interfaces/store-abilities.interface.js';
import { MemcachedCommands } from './commands.js';
import { type Decide, CasEntries } from './cas-entries.js';
import { CasHints } from './cas-hints.js';
import { connectionOf, type MemcachedStoreOptions, prefixOf } from './memcached-store-options.js';
import { rotate } from './rotation.js';
import { entryOf, holds, isRecord, recordOf, successorOf, tombstoneOf } from './entry.js';
import { SessionStore } from '../session-store.js';

type UpdateArgs = Parameters<SessionStore['update']>[0];
type RotateArgs = Parameters<SessionStore['rotate']>[0];
type TryLockArgs = Parameters<SessionStore['tryLock']>[0];

/**
 * Sessions in memcached, for any number of processes. Fast, and forgetful: a server that is restarted loses all of its
 * sessions, and one that is full drops those that were used longest ago. Their visitors start anew.
 *
 * Record, lock and tombstone of a session are one value under one key, and whatever changes it is one compare-and-set
 * (`cas`). So a lock never outlives its session or the reverse, nothing is written for an id that is not there, and a write
 * under a lock that was lost meanwhile is refused even when nobody has written since: taking the lock over was a write.
 *
 * Leases end by the clocks of the processes, like everything else that expires. Where those differ by most of a lease, a lock
 * may be taken over while its holder is at work: then the holder's write is refused, and no update is lost.
 *
 * Needs the package `memcached`. It cannot count its sessions, and has nothing to clean up: the server does.
 */
export class MemcachedStore extends SessionStore implements StartableStore, ClosableStore {
  readonly #commands: MemcachedCommands;
  readonly #entries: CasEntries;
  #now: () => number = Date.now;
  #logger: SessionsLogger | undefined;
  #isWarned = false;

  /** @throws SessionsConfigError when the options are wrong. No server is contacted yet. */
  constructor(options: MemcachedStoreOptions) {
    super();
    const now = (): number => this.#now();
    this.#commands = new MemcachedCommands(connectionOf(options));
    this.#entries = new CasEntries(this.#commands, prefixOf(options), new CasHints(now), now, () =>
      this.#warnOfForeignValue(),
    );
  }

  /** Asks no server: an application starts without memcached, and serves sessions as soon as it is there. */
  start({ clock, logger }: StoreContext): Promise<void> {
    this.#now = () => clock.now();
    this.#logger = logger;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#commands.close();
    return Promise.resolve();
  }

  async load({ id }: { id: string }): Promise<Found | Missing | Gone> {
    const entry = (await this.#entries.read(id))?.entry;
    if (entry === undefined) {
      return { status: 'missing' };
    }
    if (!isRecord(entry)) {
      return { status: 'gone', because: entry.endReason };
    }
    return { status: 'found', record: recordOf(entry), version: entry.version };
  }

  async create({ id, record }: { id: string; record: SessionRecord }): Promise<SessionVersion | false> {
    const entry = entryOf(record);
    return (await this.#entries.insert(id, entry)) && entry.version;
  }

  update({ id, record, guard }: UpdateArgs): Promise<SessionVersion | false> {
    const { lock } = guard;
    const decide: Decide<SessionVersion | false> = (entry) => {
      if (!holds(entry, guard)) {
        return { answer: false };
      }
      const successor = successorOf(entry, record);
      const next = lock?.release ? { ...successor, lock: undefined } : successor;
      return { next, answer: next.version };
    };
    return lock?.release === false
      ? this.#entries.grant(id, decide, lock.token)
      : this.#entries.change(id, decide, lock?.token);
  }

  touch({ id, expiresAt }: { id: string; expiresAt: number }): Promise<boolean> {
    return this.#entries.change(id, (entry) => {
      if (!isRecord(entry)) {
        return { answer: false };
      }
      return expiresAt > entry.expiresAt ? { next: { ...entry, expiresAt }, answer: true } : { answer: true };
    });
  }

  delete({ id, tombstoneUntil }: { id: string; tombstoneUntil: number }): Promise<boolean> {
    return this.#entries.change(id, (entry) =>
      isRecord(entry) ? { next: tombstoneOf('destroyed', tombstoneUntil), answer: true } : { answer: false },
    );
  }

  rotate(rotation: RotateArgs): Promise<SessionVersion | false> {
    return rotate(this.#entries, rotation);
  }

  tryLock({ id, token, lease, holder }: TryLockArgs): Promise<Acquired | Held | Missing | Gone> {
    return this.#entries.grant<Acquired | Held | Missing | Gone>(
      id,
      (entry) => {
        if (entry === undefined) {
          return { answer: { status: 'missing' } };
        }
        if (!isRecord(entry)) {
          return { answer: { status: 'gone', because: entry.endReason } };
        }
        const now = this.#now();
        const { lock, version } = entry;
        if (lock !== undefined && lock.token !== token && now < lock.leaseEndsAt) {
          return { answer: { status: 'held', holder: lock.holder } };
        }
        const next = { ...entry, lock: { token, leaseEndsAt: now + lease, holder } };
        return { next, answer: { status: 'acquired', record: recordOf(entry), version } };
      },
      token,
    );
  }

  renewLock({ id, token, lease }: { id: string; token: string; lease: number }): Promise<boolean> {
    return this.#entries.grant(
      id,
      (entry) => {
        if (entry?.lock?.token !== token) {
          return { answer: false };
        }
        return { next: { ...entry, lock: { ...entry.lock, leaseEndsAt: this.#now() + lease } }, answer: true };
      },
      token,
    );
  }

  unlock({ id, token, expiresAt = 0 }: { id: string; token: string; expiresAt?: number }): Promise<boolean> {
    return this.#entries.change(
      id,
      (entry) => {
        if (entry?.lock?.token !== token) {
          return { answer: false };
        }
        const next = { ...entry, expiresAt: Math.max(entry.expiresAt, expiresAt), lock: undefined };
        return { next, answer: true };
      },
      token,
    );
  }

  #warnOfForeignValue(): void {
    if (this.#isWarned) {
      return;
    }
    this.#isWarned = true;
    this.#logger?.warn(
      'MemcachedStore found a value that it did not write under a key of its own, and takes the session for missing. ' +
        'Give it a prefix that nothing else uses.',
    );
  }
}
