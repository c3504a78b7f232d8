import type {
  Acquired,
  EndReason,
  Found,
  Gone,
  Held,
  LockHolder,
  Missing,
  SessionRecord,
  WriteGuard,
} from '../../../lib/interfaces/session-record.interface.js';
import type {
  BatchLoadableStore,
  CountableStore,
  SweepableStore,
  SweepBatch,
} from '../../../lib/interfaces/store-abilities.interface.js';
import { SessionStore } from '../../../lib/stores/session-store.js';

export interface OpenEntry {
  record: SessionRecord;
  version: number;
  endReason: EndReason | undefined;
  lock: { token: string; endsAt: number; holder: LockHolder } | undefined;
}

export type Args<
  M extends 'create' | 'delete' | 'load' | 'renewLock' | 'rotate' | 'touch' | 'tryLock' | 'unlock' | 'update',
> = Parameters<SessionStore[M]>[0];

/** A plain store whose steps stand open, so that a mutant can do one of them wrong. */
export class OpenStore extends SessionStore implements BatchLoadableStore, CountableStore, SweepableStore {
  readonly entries = new Map<string, OpenEntry>();
  /** Whether its backend is out of reach. */
  isDown = false;
  protected lastVersion = 0;

  constructor(protected readonly now: () => number) {
    super();
  }

  async load({ id }: Args<'load'>): Promise<Found | Missing | Gone> {
    const entry = this.find(id);
    if (!entry) return { status: 'missing' };
    return entry.endReason
      ? this.gone(entry.endReason)
      : { status: 'found', record: this.copy(entry.record), version: entry.version };
  }

  async create({ id, record }: Args<'create'>): Promise<number | false> {
    return this.find(id) ? false : this.put(id, record).version;
  }

  async update({ id, record, guard }: Args<'update'>): Promise<number | false> {
    const entry = this.findLive(id);
    if (!entry || !this.permits(entry, guard)) return false;
    entry.record = { ...this.copy(record), expiresAt: this.later(entry.record.expiresAt, record.expiresAt) };
    entry.version = ++this.lastVersion;
    if (guard.lock?.release) entry.lock = undefined;
    return entry.version;
  }

  async touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    const entry = this.findLive(id);
    if (entry) this.renew(entry, expiresAt);
    return entry !== undefined;
  }

  async delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    const entry = this.findLive(id);
    if (entry) this.bury(entry, 'destroyed', tombstoneUntil);
    return entry !== undefined;
  }

  async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<number | false> {
    const entry = this.findLive(from);
    if (!entry || !this.permits(entry, guard) || this.find(to)) return false;
    const expiresAt = this.later(entry.record.expiresAt, record.expiresAt);
    const rotated = this.put(to, { ...record, expiresAt });
    if (guard.lock?.release === false) rotated.lock = entry.lock;
    this.bury(entry, 'rotated', tombstoneUntil);
    return rotated.version;
  }

  async tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Acquired | Held | Missing | Gone> {
    const entry = this.find(id);
    if (!entry) return { status: 'missing' };
    if (entry.endReason) return this.gone(entry.endReason);
    if (entry.lock && entry.lock.token !== token && this.now() < entry.lock.endsAt) {
      return { status: 'held', holder: entry.lock.holder };
    }
    entry.lock = { token, endsAt: this.now() + lease, holder };
    return { status: 'acquired', record: this.copy(entry.record), version: entry.version };
  }

  async renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const entry = this.findLive(id);
    if (!entry?.lock || !this.owns(entry, token)) return false;
    entry.lock.endsAt = this.now() + lease;
    return true;
  }

  async unlock({ id, token, expiresAt = 0 }: Args<'unlock'>): Promise<boolean> {
    const entry = this.findLive(id);
    if (!entry?.lock || !this.owns(entry, token)) return false;
    entry.lock = undefined;
    this.renew(entry, expiresAt);
    return true;
  }

  async loadMany({ ids }: { ids: readonly string[] }): Promise<(Found | Missing | Gone)[]> {
    return Promise.all(ids.map((id) => this.load({ id })));
  }

  async count(): Promise<number> {
    return [...this.entries.keys()].filter((id) => this.findLive(id)).length;
  }

  async *sweep({ batchSize }: { batchSize: number }): AsyncGenerator<SweepBatch> {
    let removed = 0;
    for (const [id, entry] of this.entries) {
      if (!this.isExpired(entry) || this.isLocked(entry)) continue;
      this.entries.delete(id);
      removed += 1;
      if (removed < batchSize) continue;
      yield { removed };
      removed = 0;
    }
    yield { removed };
  }

  /** @throws Error while the backend is out of reach. */
  protected find(id: string): OpenEntry | undefined {
    if (this.isDown) throw new Error('out of reach');
    const entry = this.entries.get(id);
    return entry && !this.isExpired(entry) ? entry : undefined;
  }

  protected findLive(id: string): OpenEntry | undefined {
    const entry = this.find(id);
    return entry?.endReason ? undefined : entry;
  }

  protected isExpired({ record }: OpenEntry): boolean {
    return this.now() >= record.expiresAt;
  }

  protected isLocked({ lock }: OpenEntry): boolean {
    return lock !== undefined && this.now() < lock.endsAt;
  }

  protected gone(because: EndReason): Gone {
    return { status: 'gone', because };
  }

  protected permits(entry: OpenEntry, { version, lock }: WriteGuard): boolean {
    return entry.version === version && (!lock || this.owns(entry, lock.token));
  }

  protected owns({ lock }: OpenEntry, token: string): boolean {
    return lock?.token === token;
  }

  protected later(one: number, other: number): number {
    return Math.max(one, other);
  }

  protected renew(entry: OpenEntry, expiresAt: number): void {
    entry.record = { ...entry.record, expiresAt: this.later(entry.record.expiresAt, expiresAt) };
  }

  protected copy(record: SessionRecord): SessionRecord {
    return { ...record };
  }

  protected put(id: string, record: SessionRecord): OpenEntry {
    const entry: OpenEntry = {
      record: this.copy(record),
      version: ++this.lastVersion,
      endReason: undefined,
      lock: undefined,
    };
    this.entries.set(id, entry);
    return entry;
  }

  protected bury(entry: OpenEntry, because: EndReason, until: number): void {
    entry.record = { data: '', createdAt: 0, expiresAt: until };
    entry.endReason = because;
    entry.lock = undefined;
  }
}
