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

type Because = 'destroyed' | 'rotated' | 'expired';

/** A request is told that its session is gone, and that nothing is stored of what it changed: a 409. */
class Refused extends Error {}

/** What is stored for all visitors. */
export class ModelStore {
  readonly #records = new Map<string, Stored>();
  readonly #tombstones = new Map<string, { readonly until: number; readonly because: 'destroyed' | 'rotated' }>();
  readonly locks = new Map<string, ModelRequest>();
  #versions = 0;

  constructor(readonly now: () => number) {}

  find(id: string | undefined): Stored | undefined {
    const record = this.#records.get(id ?? '');
    return record !== undefined && this.now() < record.expiresAt ? record : undefined;
  }

  /** How a session ended that is not there. */
  whyGone(id: string | undefined): Because {
    const tombstone = this.#tombstones.get(id ?? '');
    return tombstone !== undefined && this.now() < tombstone.until ? tombstone.because : 'expired';
  }

  /** As a store tells it. */
  seen(id: string): unknown {
    return this.find(id)?.data ?? (this.whyGone(id) === 'expired' ? 'missing' : 'gone');
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

  /** `false` when there was nothing to end. */
  bury(id: string | undefined, because: 'destroyed' | 'rotated'): boolean {
    if (id === undefined || this.find(id) === undefined) return false;
    this.#records.delete(id);
    this.#tombstones.set(id, { until: this.now() + TOMBSTONE_LIFE, because });
    return true;
  }
}

/** One request, from the load to the commit. */
export class ModelRequest {
  phase: 'new' | 'stored' | 'gone' | 'destroyed' = 'new';
  id: string | undefined;
  data: Data = {};
  cookie: 'set' | 'expire' | undefined;
  isCookieExpired = false;
  #because: Because = 'expired';
  /** The request had changed something, and be it that it deleted a key, when it lost its session. */
  #hasLost = false;
  #rotation: 'keep' | 'new life' | undefined;
  #before: Data = {};
  #expiresAt = 0;
  #version = 0;
  /** How often the lock was taken, from the first time on at which somebody counts. */
  #depth: number | undefined;

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
      if (mode === 'implicit') store.locks.set(cookie, this);
    } else if (store.whyGone(cookie) !== 'expired') {
      this.phase = 'gone';
      this.#because = store.whyGone(cookie);
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

  /** Whether the request is told that its session is gone. */
  isRefused(work: () => void): boolean {
    try {
      work();
      return false;
    } catch (error) {
      if (error instanceof Refused) return true;
      throw error;
    }
  }

  save(): void {
    this.#write(false);
  }

  /** The whole request fails with its commit. */
  commit(): void {
    try {
      this.#write(true);
      this.unlock();
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  discard(): void {
    this.isCookieExpired = false;
    this.unlock();
  }

  acquire(): void {
    const depth = this.#counted;
    const stored = this.store.find(this.id);
    if (this.phase === 'stored' && !this.isLocked) {
      if (stored === undefined) {
        this.#lose();
      } else {
        this.store.locks.set(this.id ?? '', this);
        this.#merge(stored);
      }
    }
    this.#depth = depth + 1;
  }

  release(): void {
    if (this.#isOutermost()) {
      this.#write(true);
      this.unlock();
    }
  }

  /** A critical section that failed: nothing of it stays. */
  fail(before: Data): void {
    this.data = before;
    if (this.#isOutermost()) this.unlock();
  }

  /** Under a tombstone it begins anew, with what this request has set. */
  regenerate(keepData: boolean): void {
    if (this.phase === 'stored') {
      this.#rotation = keepData ? (this.#rotation ?? 'keep') : 'new life';
    } else {
      this.phase = 'new';
      this.#hasLost = false;
    }
    if (!keepData) this.data = {};
    this.isCookieExpired = false;
  }

  /** A logout is never a success that did nothing: whoever has the new id of a rotated session is still logged in. */
  destroy(): void {
    const isThere = this.phase === 'stored' && this.store.bury(this.id, 'destroyed');
    if (this.phase === 'stored' && !isThere) this.#lose();
    if (this.phase === 'gone' && this.#because === 'rotated') throw new Refused();
    if (isThere || this.phase === 'gone') this.cookie = 'expire';
    this.unlock();
    this.phase = 'destroyed';
    this.data = {};
    this.#rotation = undefined;
  }

  unlock(): void {
    if (this.isLocked) this.store.locks.delete(this.id ?? '');
  }

  get #counted(): number {
    return (this.#depth ??= this.isLocked ? 1 : 0);
  }

  #isOutermost(): boolean {
    const depth = this.#counted;
    this.#depth = Math.max(0, depth - 1);
    return depth === 1;
  }

  get #isChanged(): boolean {
    return JSON.stringify(this.data) !== JSON.stringify(this.#before);
  }

  get #isEmpty(): boolean {
    return Object.keys(this.data).length === 0;
  }

  #write(isFinal: boolean): void {
    switch (this.phase) {
      case 'new':
        if (!this.#isEmpty) this.#create();
        break;
      case 'stored':
        if (this.#rotation !== undefined || this.#isChanged) {
          this.#update(isFinal);
        } else if (isFinal) {
          this.#touch();
        }
        break;
      case 'gone':
        if (this.#hasLost || !this.#isEmpty) throw new Refused();
        break;
      case 'destroyed':
        this.data = {};
    }
  }

  #create(): void {
    this.id = this.chosenId();
    this.phase = 'stored';
    this.#rotation = undefined;
    this.#wrote(this.store.now() + TIMEOUT);
    this.cookie = 'set';
  }

  #update(isFinal: boolean): void {
    const stored = this.store.find(this.id);
    const known = this.#expiresAt;
    const isNewLife = this.#rotation === 'new life';
    if (stored === undefined) {
      this.#startAgain();
      return;
    }
    let expiresAt = isNewLife ? this.store.now() + TIMEOUT : this.#renewed();
    if (stored.version !== this.#version) {
      this.#merge(stored);
      if (!isNewLife) expiresAt = Math.max(expiresAt, stored.expiresAt);
    }
    if (this.#rotation !== undefined || expiresAt > known) this.cookie = 'set';
    if (this.#rotation !== undefined) this.#move(!isFinal && this.isLocked);
    this.#wrote(expiresAt, isNewLife ? 0 : stored.expiresAt);
  }

  /** Only an explicit `regenerate()` begins another session in place of one that is gone. */
  #startAgain(): void {
    const rotation = this.#rotation;
    this.#lose();
    if (rotation === undefined) throw new Refused();
    this.phase = 'new';
    this.#write(true);
  }

  #touch(): void {
    const stored = this.store.find(this.id);
    const expiresAt = this.#renewed();
    if (expiresAt <= this.#expiresAt) return;
    if (stored !== undefined) {
      stored.expiresAt = Math.max(stored.expiresAt, expiresAt);
      this.#expiresAt = expiresAt;
      this.cookie = 'set';
    } else if (this.store.whyGone(this.id) === 'expired') {
      // It was to be touched, and nobody has told the browser that it has expired.
      this.#lose();
    }
  }

  /** The old id is dead, and its lock goes along. */
  #move(staysLocked: boolean): void {
    this.unlock();
    this.store.bury(this.id, 'rotated');
    this.id = this.chosenId();
    this.#rotation = undefined;
    if (staysLocked) this.store.locks.set(this.id, this);
  }

  #wrote(expiresAt: number, atLeast = 0): void {
    this.#version = this.store.put(this.id ?? '', this.data, Math.max(expiresAt, atLeast));
    this.#expiresAt = expiresAt;
    this.#before = { ...this.data };
  }

  /** Another request has ended the session. What this one has set stays in memory; a new life is all its own. */
  #lose(): void {
    this.unlock();
    this.phase = 'gone';
    this.#hasLost = this.#isChanged;
    this.#because = this.store.whyGone(this.id);
    if (this.#rotation !== 'new life') {
      const mine = Object.entries(this.data).filter(([key, value]) => value !== this.#before[key]);
      this.data = Object.fromEntries(mine);
    }
    this.#rotation = undefined;
    // A living session that got another id has sent the browser its cookie, as has a logout; of an expiry nobody has told it.
    this.cookie = this.#because === 'expired' ? 'expire' : undefined;
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
