/*
 * What the life of sessions comes to, without a store, a lock or a cookie: plain objects, and a page of rules.
 */

export type Data = Record<string, number>;
export type Mode = 'implicit' | 'explicit' | 'read-only';

export const TIMEOUT = 3_600_000;
const TOUCH_AFTER = TIMEOUT / 10;
const TOMBSTONE_LIFE = 30_000;

interface Stored {
  data: Data;
  expiresAt: number;
  version: number;
}

/** What is stored for all visitors. */
export class ModelStore {
  readonly #records = new Map<string, Stored>();
  readonly #tombstones = new Map<string, number>();
  readonly locks = new Map<string, ModelRequest>();
  #versions = 0;

  constructor(readonly now: () => number) {}

  find(id: string | undefined): Stored | undefined {
    const record = this.#records.get(id ?? '');
    return record !== undefined && this.now() < record.expiresAt ? record : undefined;
  }

  isGone(id: string | undefined): boolean {
    return this.now() < (this.#tombstones.get(id ?? '') ?? 0);
  }

  /** As a store tells it. */
  seen(id: string): unknown {
    return this.find(id)?.data ?? (this.isGone(id) ? 'gone' : 'missing');
  }

  lockStatus(id: string): string {
    if (this.find(id) === undefined) return String(this.seen(id));
    return this.locks.has(id) ? 'held' : 'acquired';
  }

  /** A lock goes with its record, but in its own process others wait until the holder notices. */
  isHeldFor(id: string | undefined, process: number): boolean {
    const holder = this.locks.get(id ?? '');
    return holder !== undefined && (holder.process === process || this.find(id) !== undefined);
  }

  put(id: string, data: Data, expiresAt: number): number {
    this.#versions += 1;
    this.#records.set(id, { data: { ...data }, expiresAt, version: this.#versions });
    return this.#versions;
  }

  bury(id: string): void {
    if (this.find(id) !== undefined) {
      this.#records.delete(id);
      this.#tombstones.set(id, this.now() + TOMBSTONE_LIFE);
    }
  }
}

/** One request, from the load to the commit. */
export class ModelRequest {
  phase: 'new' | 'stored' | 'gone' | 'destroyed' = 'new';
  id: string | undefined;
  data: Data = {};
  cookie: 'set' | 'expire' | undefined;
  isCookieExpired = false;
  #rotation: 'keep' | 'new life' | undefined;
  #before: Data = {};
  #expiresAt = 0;
  #version = 0;
  #depth = 0;

  constructor(
    private readonly store: ModelStore,
    /** The id that the library has chosen, when it had to choose one. */
    private readonly chosenId: () => string,
    cookie: string | undefined,
    readonly mode: Mode,
    readonly process: number,
  ) {
    const stored = store.find(cookie);
    if (stored !== undefined && cookie !== undefined) {
      this.id = cookie;
      this.phase = 'stored';
      this.#read(stored);
      if (mode === 'implicit') this.acquire();
    } else if (store.isGone(cookie)) {
      this.phase = 'gone';
    }
  }

  get isLocked(): boolean {
    return this.id !== undefined && this.store.locks.get(this.id) === this;
  }

  /** Somebody else has the lock that this request asks for. */
  get hasToWait(): boolean {
    return this.phase === 'stored' && !this.isLocked && this.store.isHeldFor(this.id, this.process);
  }

  get lastCookie(): 'set' | 'expire' | undefined {
    return this.isCookieExpired ? 'expire' : this.cookie;
  }

  save(): void {
    this.#write(false);
  }

  commit(): void {
    this.#depth = 0;
    this.#write(true);
    this.unlock();
  }

  discard(): void {
    this.isCookieExpired = false;
    this.unlock();
  }

  acquire(): void {
    const stored = this.store.find(this.id);
    if (this.phase === 'stored' && !this.isLocked) {
      if (stored === undefined) {
        this.#end('gone');
      } else {
        this.store.locks.set(this.id ?? '', this);
        this.#merge(stored);
      }
    }
    this.#depth += 1;
  }

  release(): void {
    if (this.#depth === 1) {
      this.#write(true);
      this.unlock();
    }
    this.#depth = Math.max(0, this.#depth - 1);
  }

  /** A critical section that failed: nothing of it stays. */
  fail(before: Data): void {
    this.data = before;
    if (this.#depth === 1) this.unlock();
    this.#depth = Math.max(0, this.#depth - 1);
  }

  regenerate(keepData: boolean): void {
    if (this.phase === 'stored') {
      this.#rotation = keepData ? (this.#rotation ?? 'keep') : 'new life';
    } else if (this.phase !== 'new') {
      this.phase = 'new';
      this.data = {};
    }
    if (!keepData) this.data = {};
    this.isCookieExpired = false;
  }

  destroy(): void {
    if (this.phase === 'stored') {
      this.store.bury(this.id ?? '');
      this.cookie = 'expire';
    }
    this.#end(this.phase === 'gone' ? 'gone' : 'destroyed');
  }

  unlock(): void {
    if (this.isLocked) this.store.locks.delete(this.id ?? '');
  }

  #write(isFinal: boolean): void {
    if (this.phase === 'new') {
      if (Object.keys(this.data).length > 0) this.#create();
    } else if (this.phase !== 'stored') {
      this.#end(this.phase);
    } else if (this.#rotation !== undefined || JSON.stringify(this.data) !== JSON.stringify(this.#before)) {
      this.#update(isFinal);
    } else if (isFinal) {
      this.#touch();
    }
  }

  #create(): void {
    this.id = this.chosenId();
    this.phase = 'stored';
    this.#wrote(this.store.now() + TIMEOUT);
    this.cookie = 'set';
  }

  #update(isFinal: boolean): void {
    const stored = this.store.find(this.id);
    if (stored === undefined) {
      this.#end('gone');
      return;
    }
    if (stored.version !== this.#version) this.#merge(stored);
    const isNewLife = this.#rotation === 'new life';
    const expiresAt = isNewLife ? this.store.now() + TIMEOUT : this.#renewed();
    if (this.#rotation !== undefined || expiresAt > this.#expiresAt) this.cookie = 'set';
    if (this.#rotation !== undefined) this.#move(!isFinal && this.isLocked);
    this.#wrote(expiresAt, stored.expiresAt);
  }

  #touch(): void {
    const stored = this.store.find(this.id);
    const expiresAt = this.#renewed();
    if (stored !== undefined && expiresAt > this.#expiresAt) {
      stored.expiresAt = Math.max(stored.expiresAt, expiresAt);
      this.#expiresAt = expiresAt;
      this.cookie = 'set';
    }
  }

  /** The old id is dead, and its lock goes along. */
  #move(staysLocked: boolean): void {
    this.unlock();
    this.store.bury(this.id ?? '');
    this.id = this.chosenId();
    this.#rotation = undefined;
    if (staysLocked) this.store.locks.set(this.id, this);
  }

  #wrote(expiresAt: number, atLeast = 0): void {
    this.#version = this.store.put(this.id ?? '', this.data, Math.max(expiresAt, atLeast));
    this.#expiresAt = expiresAt;
    this.#before = { ...this.data };
  }

  #end(phase: 'gone' | 'destroyed'): void {
    this.unlock();
    this.phase = phase;
    this.data = {};
    this.#rotation = undefined;
    if (phase === 'gone') this.cookie = undefined;
  }

  #read({ data, expiresAt, version }: Stored): void {
    this.data = { ...data };
    this.#before = { ...data };
    this.#expiresAt = expiresAt;
    this.#version = version;
  }

  /** Only the keys that this request changed lie over what is stored; a new life takes nothing over. */
  #merge(stored: Stored): void {
    const { data } = this;
    const before = this.#before;
    this.#read(stored);
    if (this.#rotation === 'new life') {
      this.data = data;
      return;
    }
    for (const key of new Set([...Object.keys(before), ...Object.keys(data)])) {
      const value = data[key];
      if (value === before[key]) continue;
      if (value === undefined) Reflect.deleteProperty(this.data, key);
      else this.data[key] = value;
    }
  }

  #renewed(): number {
    const next = this.store.now() + TIMEOUT;
    return next - this.#expiresAt > TOUCH_AFTER ? next : this.#expiresAt;
  }
}
