import type {
  SessionContents,
  SessionData,
  SessionKey,
  SessionValue,
} from '../../interfaces/session-data.interface.js';
import type { EndReason } from '../../interfaces/session-record.interface.js';
import { loud } from './loud-proxy.js';
import { assertFunction, assertKey, assertNoCallback, assertValues, keepsData } from './session-arguments.js';
import { OWNER, readable, writable, type SessionOwner } from './session-owner.js';

/**
 * The session of one request: a map of what the application keeps for its visitor, and what can be done with the session.
 * One object for the whole request: it stays valid after `regenerate()`, and after the lock was taken.
 *
 * To read it before it is loaded throws SessionNotLoadedError, and to change it where it is read-only SessionReadOnlyError. What returns a
 * promise rejects with SessionStoreError when the store fails, SessionLockTimeoutError when the lock is not free in time,
 * SessionGoneError when another request has ended the session, and SessionLockLostError when another has taken the lock over.
 */
export class SessionObject<T extends object = SessionData> {
  /** @internal */
  declare readonly [OWNER]: SessionOwner;

  /** @internal */
  constructor(owner: SessionOwner) {
    // Not enumerable: copies and walks of the session must not lead into the library.
    Object.defineProperty(this, OWNER, { value: owner });
    return loud(this);
  }

  /** What is under the key; `undefined` when nothing is. */
  get<K extends SessionKey<T>>(key: K): SessionValue<T, K> | undefined {
    return readable(this[OWNER], 'get').get(key) as SessionValue<T, K> | undefined;
  }

  /** Whether something is under the key. */
  has(key: SessionKey<T>): boolean {
    return readable(this[OWNER], 'has').has(key);
  }

  /**
   * Setting `undefined` deletes the key.
   *
   * @throws SessionNotSerializableError when the value is not JSON and so would come back as something else.
   */
  set<K extends SessionKey<T>>(key: K, value: SessionValue<T, K> | undefined): this {
    assertKey('set', key);
    writable(this[OWNER], 'set')?.set(key, value);
    return this;
  }

  /** Returns whether something was there. */
  delete(key: SessionKey<T>): boolean {
    return writable(this[OWNER], 'delete')?.delete(key) ?? false;
  }

  /** Removes all keys; one that another request adds meanwhile, without the lock, stays. */
  clear(): void {
    writable(this[OWNER], 'clear')?.clear();
  }

  /** Removes the key and returns what was there, else `fallback`. */
  pop<K extends SessionKey<T>>(key: K, fallback?: SessionValue<T, K>): SessionValue<T, K> | undefined {
    const value = readable(this[OWNER], 'pop').has(key) ? this.get(key) : fallback;
    writable(this[OWNER], 'pop')?.delete(key);
    return value;
  }

  /** Returns what is under the key, after putting `value` there when nothing is. */
  setDefault<K extends SessionKey<T>>(key: K, value: SessionValue<T, K>): SessionValue<T, K> {
    assertKey('setDefault', key);
    if (!readable(this[OWNER], 'setDefault').has(key)) {
      writable(this[OWNER], 'setDefault')?.set(key, value);
    }
    return this.has(key) ? (this.get(key) as SessionValue<T, K>) : value;
  }

  /** Sets all keys of `values`. */
  update(values: Partial<SessionContents<T>>): this {
    assertValues(values);
    const data = writable(this[OWNER], 'update');
    for (const [key, value] of Object.entries(values)) {
      data?.set(key, value);
    }
    return this;
  }

  keys(): IterableIterator<SessionKey<T>> {
    return keysOf<T>(this, 'keys').values();
  }

  values(): IterableIterator<SessionValue<T, SessionKey<T>>> {
    return keysOf<T>(this, 'values')
      .map((key) => this.get(key) as SessionValue<T, SessionKey<T>>)
      .values();
  }

  entries(): IterableIterator<[SessionKey<T>, SessionValue<T, SessionKey<T>>]> {
    return keysOf<T>(this, 'entries')
      .map((key): [SessionKey<T>, SessionValue<T, SessionKey<T>>] => [
        key,
        this.get(key) as SessionValue<T, SessionKey<T>>,
      ])
      .values();
  }

  [Symbol.iterator](): IterableIterator<[SessionKey<T>, SessionValue<T, SessionKey<T>>]> {
    return this.entries();
  }

  forEach(callback: (value: SessionValue<T, SessionKey<T>>, key: SessionKey<T>, session: this) => void): void {
    assertFunction('forEach', callback);
    for (const [key, value] of this.entries()) {
      callback(value, key, this);
    }
  }

  /** How many keys there are. */
  get size(): number {
    return readable(this[OWNER], 'size').keys().length;
  }

  /** The same data as a live plain object: `session.data.visits = (session.data.visits ?? 0) + 1`. A key may be missing. */
  get data(): SessionContents<T> {
    return readable(this[OWNER], 'data').bag as SessionContents<T>;
  }

  /** What `JSON.stringify(session)` shows: the data, and never the id. */
  toJSON(): object {
    return this.loaded ? { ...this.data } : {};
  }

  /** The current id, stable from the first read of it, also before anything is stored. A secret: never log it. */
  get id(): string {
    readable(this[OWNER], 'id');
    return this[OWNER].unit.active.id;
  }

  /** The id as the client sent it, before anything was checked: untrusted. */
  get originalId(): string | undefined {
    return this[OWNER].unit.active.sent.originalId;
  }

  /** The client sent an id, and no living session was found under it. */
  get missing(): boolean {
    readable(this[OWNER], 'missing');
    return this[OWNER].unit.active.isMissing;
  }

  /** Nothing was stored for this client when the session was loaded. */
  get isNew(): boolean {
    readable(this[OWNER], 'isNew');
    return this[OWNER].unit.active.isNew;
  }

  /**
   * How another request has ended the session a moment ago: then what this one changes is answered with 409. `undefined` while
   * it lives, as far as this request knows.
   */
  get gone(): EndReason | undefined {
    const { stage } = this[OWNER].unit.active;
    return stage.at === 'gone' && stage.because !== 'expired' ? stage.because : undefined;
  }

  /** `regenerate()` was called in this request. */
  get regenerated(): boolean {
    return this[OWNER].unit.active.isRegenerated;
  }

  /** It has been read: by a handler that takes it, or by `load()`. */
  get loaded(): boolean {
    return this[OWNER].unit.active.isLoaded;
  }

  /** This request holds the lock. */
  get locked(): boolean {
    return this[OWNER].unit.active.lock !== undefined;
  }

  /** Reads the store, once in a request; in the modes `implicit` and `early` it locks as well. */
  load(): Promise<void>;
  load(...args: unknown[]): Promise<void> {
    assertNoCallback('load', args);
    return this[OWNER].unit.steps.load();
  }

  /**
   * Writes now and keeps the lock. What it wrote stays when the request fails later.
   *
   * @throws SessionHeadersSentError when the session is new and no cookie can be sent any more.
   * @throws SessionNotSerializableError, SessionTooLargeError for what cannot be kept.
   */
  save(): Promise<void>;
  save(...args: unknown[]): Promise<void> {
    assertNoCallback('save', args);
    return this[OWNER].unit.steps.save();
  }

  /** Locks and reads again; what this request changed before stays on top. Re-entrant within a request. */
  acquireLock(): Promise<void>;
  acquireLock(...args: unknown[]): Promise<void> {
    assertNoCallback('acquireLock', args);
    return this[OWNER].unit.steps.acquireLock();
  }

  /** Saves and unlocks, when it was called as often as the lock was taken: to be loaded with it counts once. */
  releaseLock(): Promise<void>;
  releaseLock(...args: unknown[]): Promise<void> {
    assertNoCallback('releaseLock', args);
    return this[OWNER].unit.steps.releaseLock();
  }

  /**
   * The short critical section: locks, reads again, runs `section`, saves, unlocks. When `section` fails nothing of it is kept
   * but what it wrote with `save()`. Sections that one request runs side by side take turns; one within another does not wait.
   */
  withLock<R>(section: (session: this) => R | Promise<R>): Promise<R> {
    assertFunction('withLock', section);
    return this[OWNER].unit.steps.withLock(() => section(this));
  }

  /**
   * A new id; the old one is dead with the next commit or `save()`. Call it wherever rights change (OWASP: session fixation).
   * With `keepData: false` a new life begins, without the data and with an absolute timeout of its own. Default `true`.
   */
  regenerate(options?: { readonly keepData?: boolean }): Promise<void>;
  regenerate(...args: unknown[]): Promise<void> {
    assertNoCallback('regenerate', args);
    return this[OWNER].unit.steps.regenerate(keepsData(args[0]));
  }

  /** Ends every session that the cookies of the request name, at once, and expires the cookie; later changes are not stored. */
  destroy(): Promise<void>;
  destroy(...args: unknown[]): Promise<void> {
    assertNoCallback('destroy', args);
    return this[OWNER].unit.steps.destroy();
  }

  /** Expires the cookie only: the record stays until its time is over. To log out, use `destroy()`. */
  expire(): void {
    this[OWNER].unit.steps.expire();
  }
}

/** A session, with whatever data the application has declared. */
export type AnySession = SessionObject<Record<string, unknown>>;

function keysOf<T extends object>(session: SessionObject<T>, member: string): SessionKey<T>[] {
  return readable(session[OWNER], member).keys() as SessionKey<T>[];
}
