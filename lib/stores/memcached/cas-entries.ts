import { SessionStoreError } from '../../errors/index.js';
import type { MemcachedCommands } from './commands.js';
import { RETRY_AFTER } from './connection.js';
import type { CasHints } from './cas-hints.js';
import { lifetimeOf } from './lifetime.js';
import type { Entry, Snapshot } from './entry.js';
import { decode, encode } from './value.js';

/** What takes the place of an entry, and what to answer then. Without `next` nothing is written. */
export interface Change<R> {
  readonly next?: Entry;
  readonly answer: R;
}

/** Judges what is there; `undefined` is missing or expired. It may be asked again when somebody was faster. */
export type Decide<R> = (entry: Entry | undefined) => Change<R>;

type Write = (snapshot: Snapshot, next: Entry) => Promise<boolean>;

/** Each attempt that fails means that somebody else's succeeded. */
const MAX_ATTEMPTS = 100;

/**
 * Entries under their keys. Record, lock and tombstone are one value, and every change of it is one `cas`: so whatever was
 * judged, the lock's token included, is still true when it is written.
 */
export class CasEntries {
  readonly #commands: MemcachedCommands;
  readonly #prefix: string;
  readonly #hints: CasHints;
  readonly #now: () => number;
  readonly #onForeignValue: () => void;

  constructor(
    commands: MemcachedCommands,
    prefix: string,
    hints: CasHints,
    now: () => number,
    onForeignValue: () => void,
  ) {
    this.#commands = commands;
    this.#prefix = prefix;
    this.#hints = hints;
    this.#now = now;
    this.#onForeignValue = onForeignValue;
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
    const hasMoved = old?.entry.endReason === 'rotated' && old.entry.version === entry.version;
    return hasMoved ? { ...snapshot, entry: { ...entry, movesFrom: undefined } } : undefined;
  }

  /** Writes where nothing is, an expired entry aside. */
  async insert(id: string, entry: Entry): Promise<boolean> {
    if (await this.#commands.add(this.#keyOf(id), encode(entry), this.#lifetimeOf(entry))) {
      return true;
    }
    const present = await this.peek(id);
    return present !== undefined && !this.#isLive(present) && this.replace(present, entry);
  }

  /**
   * What is there now that a write was refused.
   *
   * @throws SessionStoreError when it is what was there before: then nobody was faster.
   */
  async readAgain({ id, cas }: Snapshot): Promise<Snapshot | undefined> {
    const current = await this.read(id);
    if (current?.cas !== cas) {
      return current;
    }
    throw new SessionStoreError('memcached refused to store a session; it may be out of memory', RETRY_AFTER);
  }

  /** What is there under the id, in whatever state. */
  async peek(id: string): Promise<Snapshot | undefined> {
    const stored = await this.#commands.read(this.#keyOf(id));
    if (stored === undefined) {
      return undefined;
    }
    const entry = decode(stored.value);
    if (entry === undefined) {
      this.#onForeignValue();
      return undefined;
    }
    return { id, entry, cas: stored.cas };
  }

  /** Writes in place of what was read, if nobody has written since. */
  replace({ id, cas }: Snapshot, next: Entry, value = encode(next)): Promise<boolean> {
    return this.#commands.replace(this.#keyOf(id), value, cas, this.#lifetimeOf(next));
  }

  /** What was read when a lock was granted to `token` here. */
  recall(id: string, token: string | undefined): Snapshot | undefined {
    const known = token === undefined ? undefined : this.#hints.take(token, id);
    return known && this.#isLive(known) ? known : undefined;
  }

  /** With the token of a lock that was granted here, the first attempt needs no reading. */
  change<R>(id: string, decide: Decide<R>, token?: string): Promise<R> {
    return this.#change(id, decide, this.recall(id, token), (snapshot, next) => this.replace(snapshot, next));
  }

  /** A change that gives a lock to `token`, or keeps it there. */
  grant<R>(id: string, decide: Decide<R>, token: string): Promise<R> {
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
    throw new SessionStoreError(`A session was changed ${MAX_ATTEMPTS} times while it was to be written`, RETRY_AFTER);
  }

  /**
   * `cas` does not tell the new cas id, so a `gets` goes out right behind it. Both are one trip: a connection answers in the
   * order that it was asked. Where they took two connections, the answer may be older than the write, or of a later one, and
   * is not used.
   */
  async #replaceAndReadBack(snapshot: Snapshot, next: Entry, token: string): Promise<boolean> {
    const { id } = snapshot;
    const value = encode(next);
    const [isWritten, current] = await Promise.all([
      this.replace(snapshot, next, value),
      // Without the answer the lock is held all the same, and the next write asks again.
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

  #lifetimeOf({ expiresAt }: Entry): number {
    return lifetimeOf(expiresAt - this.#now());
  }

  #keyOf(id: string): string {
    return this.#prefix + id;
  }
}
