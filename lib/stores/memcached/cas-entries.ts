import { decodeStored } from '../shared/entry-codec.js';
import { storeFailure } from '../shared/store-failure.js';
import type { StoreLog } from '../shared/store-log.js';
import { CasHints } from './cas-hints.js';
import type { MemcachedCommands } from './connection/commands.js';
import { lifetimeOf } from './connection/lifetime.js';
import type { CasEntry, Snapshot } from './snapshot.js';
import { valueOf } from './value.js';

/** The entry to write, and what to answer once it is written. Without `next` nothing is written. */
export interface Change<R> {
  readonly next?: CasEntry;
  readonly answer: R;
}

/** Decides by the entry that was read; `undefined` is missing or expired. Called again when another write came first. */
export type Decide<R> = (entry: CasEntry | undefined) => Change<R>;

type Write = (snapshot: Snapshot, next: CasEntry) => Promise<boolean>;

/** Each attempt that fails means that another write succeeded. */
const MAX_ATTEMPTS = 100;

/**
 * Entries under their keys. Record, lock and tombstone are one value, and every change of it is one `cas`. So everything that
 * was checked, the token of the lock included, is still true when the new value is written.
 */
export class CasEntries {
  readonly #commands: MemcachedCommands;
  readonly #prefix: string;
  readonly #hints: CasHints;
  readonly #now: () => number;
  readonly #log: StoreLog;

  constructor(commands: MemcachedCommands, prefix: string, now: () => number, log: StoreLog) {
    this.#commands = commands;
    this.#prefix = prefix;
    this.#hints = new CasHints(now);
    this.#now = now;
    this.#log = log;
  }

  serverOf(id: string): string {
    return this.#commands.serverOf(this.#keyOf(id));
  }

  async read(id: string): Promise<Snapshot | undefined> {
    const snapshot = await this.peek(id);
    if (snapshot === undefined || !this.#isLive(snapshot)) {
      return undefined;
    }
    const { entry } = snapshot;
    if (entry.movesFrom === undefined) {
      return snapshot;
    }
    const old = await this.peek(entry.movesFrom);
    // Nothing but the tombstone of this rotation has the version that was made for it.
    return old?.entry.version === entry.version
      ? { ...snapshot, entry: { ...entry, movesFrom: undefined } }
      : undefined;
  }

  /** Writes where nothing is, or only an expired entry. */
  async insert(id: string, entry: CasEntry): Promise<boolean> {
    if (await this.#commands.add(this.#keyOf(id), valueOf(entry), this.#lifetimeOf(entry))) {
      return true;
    }
    const present = await this.peek(id);
    return present !== undefined && !this.#isLive(present) && this.replace(present, entry);
  }

  /**
   * Reads after a write that was refused.
   *
   * @throws SessionStoreError when the entry is still the one that was read before: then no other write came first.
   */
  async readAgain({ id, cas }: Snapshot): Promise<Snapshot | undefined> {
    const current = await this.read(id);
    if (current?.cas !== cas) {
      return current;
    }
    throw storeFailure('memcached refused to store a session; it may be out of memory');
  }

  /** The entry under the id, also one that has expired or that a rotation has not finished. */
  async peek(id: string): Promise<Snapshot | undefined> {
    const stored = await this.#commands.read(this.#keyOf(id));
    if (stored === undefined) {
      return undefined;
    }
    const entry = decodeStored(stored.value, this.#log);
    return entry && { id, entry, cas: stored.cas };
  }

  /** Replaces the entry that was read, unless another write came since. */
  replace({ id, cas }: Snapshot, next: CasEntry, value = valueOf(next)): Promise<boolean> {
    return this.#commands.replace(this.#keyOf(id), value, cas, this.#lifetimeOf(next));
  }

  /** The entry that this process last wrote under the lock of `token`. */
  recall(id: string, token: string | undefined): Snapshot | undefined {
    const known = token === undefined ? undefined : this.#hints.take(token, id);
    return known && this.#isLive(known) ? known : undefined;
  }

  /** With the token of a lock that this process took, the first attempt needs no read. */
  change<R>(id: string, decide: Decide<R>, token?: string): Promise<R> {
    return this.#change(id, decide, this.recall(id, token), (snapshot, next) => this.replace(snapshot, next));
  }

  /** A change after which `token` has the lock: its cas id is kept for the holder's next write. */
  changeLocked<R>(id: string, decide: Decide<R>, token: string): Promise<R> {
    return this.#change(id, decide, this.recall(id, token), (snapshot, next) =>
      this.#replaceAndReadBack(snapshot, next, token),
    );
  }

  async #change<R>(id: string, decide: Decide<R>, known: Snapshot | undefined, write: Write): Promise<R> {
    let isFresh = known === undefined;
    let snapshot = known ?? (await this.read(id));
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const { next, answer } = decide(snapshot?.entry);
      if (snapshot === undefined || next === undefined) {
        if (isFresh) {
          return answer;
        }
      } else if (await write(snapshot, next)) {
        return answer;
      }
      snapshot = await (snapshot && next ? this.readAgain(snapshot) : this.read(id));
      isFresh = true;
    }
    throw storeFailure(`A session was changed ${MAX_ATTEMPTS} times while it was to be written`);
  }

  /**
   * `cas` does not return the new cas id, so a `gets` is sent right after it. Together they are one round trip, because a
   * connection answers in order. If the two went over two connections, the answer may be older or newer than the write. Then
   * it is another value, and not used.
   */
  async #replaceAndReadBack(snapshot: Snapshot, next: CasEntry, token: string): Promise<boolean> {
    const { id } = snapshot;
    const value = valueOf(next);
    const [isWritten, current] = await Promise.all([
      this.replace(snapshot, next, value),
      // Without this answer the lock is held all the same, and the next write reads first.
      this.#commands.read(this.#keyOf(id)).catch(() => undefined),
    ]);
    if (isWritten && current?.value === value) {
      this.#hints.remember(token, { id, entry: next, cas: current.cas });
    }
    return isWritten;
  }

  #isLive({ entry }: Snapshot): boolean {
    return this.#now() < entry.expiresAt;
  }

  #lifetimeOf({ expiresAt }: CasEntry): number {
    return lifetimeOf(expiresAt - this.#now());
  }

  #keyOf(id: string): string {
    return this.#prefix + id;
  }
}
