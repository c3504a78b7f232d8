import { SessionNotLoadedError } from '../errors/index.js';
import type {
  SessionContents as ContentsOf,
  SessionData,
  SessionKey,
  SessionValue,
} from '../interfaces/session-data.interface.js';
import type { SessionContents } from './data/session-contents.js';
import type { SessionLifecycle } from './session-lifecycle.js';

/** Who opened a session. Its life may begin as late as at the first use: most sessions of most requests are never touched. */
export interface SessionOwner {
  readonly lifecycle: SessionLifecycle;
}

let ownerIn: (session: unknown) => SessionOwner | undefined;

/** Who opened the session; `undefined` when it is none. */
export function ownerOf(session: unknown): SessionOwner | undefined {
  return ownerIn(session);
}

/**
 * The session of one request: a map of what the application keeps for its visitor, and what can be done with the session.
 * One object for the whole request: it stays valid after `regenerate()`, and after the lock was taken.
 */
export class SessionObject<T extends object = SessionData> {
  static {
    // In here alone the owner can be seen: the application has no way to it.
    ownerIn = (session) =>
      typeof session === 'object' && session !== null && #owner in session ? session.#owner : undefined;
  }

  readonly #owner: SessionOwner;

  constructor(owner: SessionOwner) {
    this.#owner = owner;
  }

  get<K extends SessionKey<T>>(key: K): SessionValue<T, K> | undefined {
    return this.#contents('get').get(key) as SessionValue<T, K> | undefined;
  }

  has(key: SessionKey<T>): boolean {
    return this.#contents('has').has(key);
  }

  /**
   * Setting `undefined` deletes the key.
   *
   * @throws SessionNotSerializableError when the value is not JSON and so would come back as something else.
   */
  set<K extends SessionKey<T>>(key: K, value: SessionValue<T, K> | undefined): this {
    this.#writable('set').set(key, value);
    return this;
  }

  delete(key: SessionKey<T>): boolean {
    return this.#writable('delete').delete(key);
  }

  clear(): void {
    this.#writable('clear').clear();
  }

  /** Removes the key and gives what was there, else `fallback`. */
  pop<K extends SessionKey<T>>(key: K, fallback?: SessionValue<T, K>): SessionValue<T, K> | undefined {
    const contents = this.#writable('pop');
    const value = contents.has(key) ? (contents.get(key) as SessionValue<T, K>) : fallback;
    contents.delete(key);
    return value;
  }

  /** Gives what is under the key, after putting `value` there when nothing is. */
  setDefault<K extends SessionKey<T>>(key: K, value: SessionValue<T, K>): SessionValue<T, K> {
    const contents = this.#contents('setDefault');
    if (!contents.has(key)) {
      this.#writable('setDefault').set(key, value);
    }
    return contents.get(key) as SessionValue<T, K>;
  }

  /** Sets all keys of `values`. */
  update(values: Partial<ContentsOf<T>>): this {
    const contents = this.#writable('update');
    for (const [key, value] of Object.entries(values)) {
      contents.set(key, value);
    }
    return this;
  }

  keys(): IterableIterator<SessionKey<T>> {
    return this.#keys('keys').values();
  }

  values(): IterableIterator<SessionValue<T, SessionKey<T>>> {
    const contents = this.#contents('values');
    return this.#keys('values')
      .map((key) => contents.get(key) as SessionValue<T, SessionKey<T>>)
      .values();
  }

  entries(): IterableIterator<[SessionKey<T>, SessionValue<T, SessionKey<T>>]> {
    const contents = this.#contents('entries');
    return this.#keys('entries')
      .map((key): [SessionKey<T>, SessionValue<T, SessionKey<T>>] => [
        key,
        contents.get(key) as SessionValue<T, SessionKey<T>>,
      ])
      .values();
  }

  [Symbol.iterator](): IterableIterator<[SessionKey<T>, SessionValue<T, SessionKey<T>>]> {
    return this.entries();
  }

  forEach(callback: (value: SessionValue<T, SessionKey<T>>, key: SessionKey<T>, session: this) => void): void {
    for (const [key, value] of this.entries()) {
      callback(value, key, this);
    }
  }

  get size(): number {
    return this.#contents('size').keys().length;
  }

  /** The same data as a live plain object: `session.data.visits += 1`. */
  get data(): ContentsOf<T> {
    return this.#contents('data').bag as ContentsOf<T>;
  }

  /** What `JSON.stringify(session)` shows: the data, and never the id. */
  toJSON(): object {
    return this.loaded ? { ...this.data } : {};
  }

  /** The current id, stable from the first read of it, also before anything is stored. A secret: never log it. */
  get id(): string {
    this.#contents('id');
    return this.#lifecycle.id;
  }

  /** The id as the client sent it, before anything was checked: untrusted. */
  get originalId(): string | undefined {
    return this.#lifecycle.state.sent.originalId;
  }

  /** The client sent an id, and no living session was found under it. */
  get missing(): boolean {
    this.#contents('missing');
    return this.#lifecycle.state.isMissing;
  }

  /** Nothing was stored for this client when the session was loaded. */
  get isNew(): boolean {
    this.#contents('isNew');
    return this.#lifecycle.state.isNew;
  }

  /** `regenerate()` was called in this request. */
  get regenerated(): boolean {
    return this.#lifecycle.state.isRegenerated;
  }

  get loaded(): boolean {
    return this.#lifecycle.isLoaded;
  }

  /** This request holds the lock. */
  get locked(): boolean {
    return this.#lifecycle.state.lock !== undefined;
  }

  /** Reads the store, once in a request; in the modes `implicit` and `early` it locks as well. */
  load(): Promise<void> {
    return this.#lifecycle.load();
  }

  /** Writes now and keeps the lock. What it wrote stays when the request fails later. */
  save(): Promise<void> {
    return this.#lifecycle.save();
  }

  /** Locks and reads again; what this request changed before stays on top. Re-entrant within a request. */
  acquireLock(): Promise<void> {
    return this.#lifecycle.acquireLock();
  }

  /** Saves and unlocks, when it was called as often as the lock was taken. */
  releaseLock(): Promise<void> {
    return this.#lifecycle.releaseLock();
  }

  /**
   * The short critical section: locks, reads again, runs `section`, saves, unlocks. When `section` fails nothing of it is kept but
   * what it wrote with `save()`. It keeps other requests out; sections that one request runs side by side share the lock.
   */
  withLock<R>(section: (session: this) => R | Promise<R>): Promise<R> {
    return this.#lifecycle.withLock(() => section(this));
  }

  /** A new id; the old one is dead with the next commit or `save()`. Call it wherever rights change (OWASP: session fixation). */
  regenerate({ keepData = true }: { readonly keepData?: boolean } = {}): Promise<void> {
    return this.#lifecycle.regenerate(keepData);
  }

  /** Deletes the record at once and expires the cookie; later changes in this request are not stored. */
  destroy(): Promise<void> {
    return this.#lifecycle.destroy();
  }

  /** Expires the cookie only: the record stays until its time is over. To log out, use `destroy()`. */
  expire(): void {
    this.#lifecycle.expire();
  }

  get #lifecycle(): SessionLifecycle {
    return this.#owner.lifecycle;
  }

  #contents(member: string): SessionContents {
    if (!this.#lifecycle.isLoaded) {
      throw new SessionNotLoadedError(member);
    }
    return this.#lifecycle.state.contents;
  }

  #keys(member: string): SessionKey<T>[] {
    return this.#contents(member).keys() as SessionKey<T>[];
  }

  #writable(member: string): SessionContents {
    this.#lifecycle.assertWritable(`session.${member}()`);
    return this.#contents(member);
  }
}
