import {
  SessionStore,
  type Acquired,
  type EndReason,
  type Found,
  type Gone,
  type Held,
  type LockHolder,
  type Missing,
  type SessionRecord,
  type SessionVersion,
  type WriteGuard,
} from 'nestjs-sessions';

type Args<Method extends keyof SessionStore> = Parameters<SessionStore[Method]>[0];

interface Lock {
  readonly token: string;
  readonly holder: LockHolder;
  readonly leaseEndsAt: number;
}

interface Stored {
  readonly record: SessionRecord;
  readonly version: SessionVersion;
  readonly lock?: Lock | undefined;
}

interface Tombstone {
  readonly because: EndReason;
  readonly until: number;
}

/** The smallest store that keeps the contract. No method awaits between reading and writing: so each is one atomic step. */
export class MapStore extends SessionStore {
  readonly #records = new Map<string, Stored>();
  readonly #tombstones = new Map<string, Tombstone>();
  #lastVersion = 0;

  constructor(private readonly now: () => number = Date.now) {
    super();
  }

  async load({ id }: Args<'load'>): Promise<Found | Missing | Gone> {
    const stored = this.#find(id);
    if (stored === undefined) return this.#absence(id);
    return { status: 'found', record: { ...stored.record }, version: stored.version };
  }

  async create({ id, record }: Args<'create'>): Promise<SessionVersion | false> {
    if (this.#isTaken(id)) return false;
    return this.#write(id, record);
  }

  async update({ id, record, guard }: Args<'update'>): Promise<SessionVersion | false> {
    const stored = this.#find(id);
    if (stored === undefined || !holds(guard, stored)) return false;
    return this.#write(id, prolonged(record, stored), guard.lock?.release === true ? undefined : stored.lock);
  }

  async touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    const stored = this.#find(id);
    if (stored === undefined) return false;
    this.#records.set(id, { ...stored, record: prolonged({ ...stored.record, expiresAt }, stored) });
    return true;
  }

  async delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    if (this.#find(id) === undefined) return false;
    this.#bury(id, { because: 'destroyed', until: tombstoneUntil });
    return true;
  }

  async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<SessionVersion | false> {
    const stored = this.#find(from);
    if (stored === undefined || !holds(guard, stored) || this.#isTaken(to)) return false;
    this.#bury(from, { because: 'rotated', until: tombstoneUntil });
    return this.#write(to, prolonged(record, stored), guard.lock?.release === false ? stored.lock : undefined);
  }

  async tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Acquired | Held | Missing | Gone> {
    const stored = this.#find(id);
    if (stored === undefined) return this.#absence(id);
    const { record, version, lock } = stored;
    if (lock !== undefined && lock.token !== token && this.now() < lock.leaseEndsAt) {
      return { status: 'held', holder: lock.holder };
    }
    this.#records.set(id, { record, version, lock: { token, holder, leaseEndsAt: this.now() + lease } });
    return { status: 'acquired', record: { ...record }, version };
  }

  async renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const stored = this.#find(id);
    if (stored?.lock?.token !== token) return false;
    this.#records.set(id, { ...stored, lock: { ...stored.lock, leaseEndsAt: this.now() + lease } });
    return true;
  }

  async unlock({ id, token, expiresAt = 0 }: Args<'unlock'>): Promise<boolean> {
    const stored = this.#find(id);
    if (stored?.lock?.token !== token) return false;
    this.#records.set(id, { version: stored.version, record: prolonged({ ...stored.record, expiresAt }, stored) });
    return true;
  }

  #find(id: string): Stored | undefined {
    const stored = this.#records.get(id);
    return stored !== undefined && this.now() < stored.record.expiresAt ? stored : undefined;
  }

  #absence(id: string): Missing | Gone {
    const tombstone = this.#tombstones.get(id);
    const isGone = tombstone !== undefined && this.now() < tombstone.until;
    return isGone ? { status: 'gone', because: tombstone.because } : { status: 'missing' };
  }

  #isTaken(id: string): boolean {
    return this.#find(id) !== undefined || this.#absence(id).status === 'gone';
  }

  #write(id: string, record: SessionRecord, lock?: Lock): SessionVersion {
    this.#lastVersion += 1;
    this.#records.set(id, { record: { ...record }, version: this.#lastVersion, lock });
    return this.#lastVersion;
  }

  #bury(id: string, tombstone: Tombstone): void {
    this.#records.delete(id);
    this.#tombstones.set(id, tombstone);
  }
}

/** Nobody has written since, and the writer's lock, if it has one, is still its own. */
function holds({ version, lock }: WriteGuard, stored: Stored): boolean {
  return version === stored.version && (lock === undefined || lock.token === stored.lock?.token);
}

/** `expiresAt` never moves back. */
function prolonged(record: SessionRecord, { record: { expiresAt } }: Stored): SessionRecord {
  return { ...record, expiresAt: Math.max(record.expiresAt, expiresAt) };
}
