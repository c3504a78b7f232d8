import { SessionIdCollisionError } from '../errors/index.js';
import type { SessionRecord } from '../interfaces/session-record.interface.js';
import type { ClientIds } from './cookie/cookie-reader.js';
import { TrackedData } from './data/tracked-data.js';
import type { LockSettings } from './lock/lock-settings.js';
import type { SessionLock } from './lock/session-lock.js';
import type { Finding, FoundSession, Written } from './repository-values.js';
import type { SessionDeps } from './session-deps.js';
import type { CookieChange, SessionTransport } from './session-transport.js';
import { DESTROYED, NEW, UNLOADED } from './stage.js';
import type { Checkpoint, GoneReason, Stage, StoredRecord, StoredStage } from './stage.js';

/** All that is known of the session in one request. It changes through these methods alone, and none of them does any I/O. */
export class ActiveSession {
  /** Nothing was stored for this client when the session was loaded. */
  isNew = false;
  /** The client sent an id, and no living session was found under it. */
  isMissing = false;
  /** The cookie left with the headers while the write that it belongs to is still under way. */
  isCookieSent = false;
  /** The request had changed the session before it heard that another one had ended it. */
  hasLostChanges = false;
  /** `regenerate()` was called in this request. */
  isRegenerated = false;
  /** `expire()` was called: the cookie goes, whatever else happens. */
  isCookieExpired = false;
  #stage: Stage = UNLOADED;
  #sent: ClientIds | undefined;
  #cookie: CookieChange | undefined;
  /** The id that a new session, or a regenerated one, gets. */
  #freshId: string | undefined;
  /** Somebody has read the fresh id, or it has left in a cookie: it can no longer be exchanged for another. */
  #isFreshIdKnown = false;
  #sentExpiry: number | undefined;

  constructor(
    private readonly deps: Pick<SessionDeps, 'policy' | 'ids' | 'reader' | 'clock' | 'checkValue'>,
    readonly transport: SessionTransport,
    public settings: LockSettings,
    readonly data = new TrackedData(deps.checkValue),
  ) {}

  get stage(): Stage {
    return this.#stage;
  }

  /** The ids that the client sent; looked for when somebody asks. */
  get sent(): ClientIds {
    return (this.#sent ??= this.deps.reader.read(this.transport.cookieHeader));
  }

  get isLoaded(): boolean {
    return this.#stage.at !== 'unloaded';
  }

  get lock(): SessionLock | undefined {
    return this.#stage.at === 'stored' ? this.#stage.lock : undefined;
  }

  /** What the response has to tell the browser. */
  get cookie(): CookieChange | undefined {
    return this.isCookieExpired ? { kind: 'expire' } : this.#cookie;
  }

  /** The current id; made when there is none yet. From now on it stays. */
  get id(): string {
    this.#isFreshIdKnown = true;
    return this.nextId;
  }

  /** The id under which the session is going to be stored. */
  get nextId(): string {
    const stage = this.#stage;
    if (stage.at === 'stored' && stage.rotation === undefined) {
      return stage.record.id;
    }
    return (this.#freshId ??= this.deps.ids.generate(stage.at === 'stored' ? stage.record.key : undefined));
  }

  /** Of a session that is not stored yet, or begins a new life. */
  firstRecord(data: string): SessionRecord {
    return this.deps.policy.firstRecord(data, this.deps.clock.now());
  }

  /** The record that follows on the stored one. */
  nextRecord({ record, rotation }: StoredStage, data: string): SessionRecord {
    return rotation?.startsNewLife === true
      ? this.firstRecord(data)
      : { data, createdAt: record.createdAt, expiresAt: this.nextExpiry(record) };
  }

  /** Use moves the expiry only where a cookie can tell the browser of it. */
  nextExpiry(record: StoredRecord): number {
    const { policy, clock } = this.deps;
    return (
      this.#sentExpiry ?? (this.transport.renewsExpiry ? policy.renewedExpiry(record, clock.now()) : record.expiresAt)
    );
  }

  /** The store was asked for the first time. */
  found(finding: Finding): void {
    if (finding.at === 'stored') {
      this.#stage = { at: 'stored', record: finding.record, lock: finding.lock, rotation: undefined };
      this.data.load(finding.bag, finding.text);
      return;
    }
    this.#stage = finding;
    this.isNew = true;
    this.isMissing = this.sent.originalId !== undefined;
  }

  /** The session was locked and read again; what this request changed before stays on top. */
  relocked({ record, lock, bag, text }: FoundSession, { rotation }: StoredStage): void {
    this.#stage = { at: 'stored', record, lock, rotation };
    if (rotation?.startsNewLife === true) {
      // What others put into the old life must not get into the new one.
      return;
    }
    if (this.data.isChanged) {
      this.data.rebase(text);
    } else {
      this.data.load(bag, text);
    }
  }

  /** Hands over the lock, which is about to be freed: the request has it no longer. */
  takeLock(): SessionLock | undefined {
    const stage = this.#stage;
    if (stage.at !== 'stored' || stage.lock === undefined) {
      return undefined;
    }
    this.#stage = { ...stage, lock: undefined };
    return stage.lock;
  }

  /** The store has the data. `lock` is the one that goes on. */
  written({ record, data, mergedOver }: Written, lock: SessionLock | undefined): void {
    this.#decideCookie(record.id, record.expiresAt);
    if (mergedOver !== undefined) {
      this.data.rebase(mergedOver);
    }
    this.data.stored(data);
    this.#stage = { at: 'stored', record, lock, rotation: undefined };
  }

  /** The store has moved the expiry. */
  touched(stage: StoredStage, expiresAt: number): void {
    this.#decideCookie(stage.record.id, expiresAt);
    this.#stage = { ...stage, lock: this.lock, record: { ...stage.record, expiresAt } };
  }

  /** Another request has ended the session. What this request changed stays in memory, and cannot be stored. */
  lost(because: GoneReason): void {
    const { data } = this;
    const stage = this.#stage;
    this.#stage = { at: 'gone', because };
    this.hasLostChanges ||= data.isChanged;
    data.detach(stage.at === 'stored' && stage.rotation?.startsNewLife === true);
    // Who ended it has sent a cookie of its own, which ours would overwrite in the browser. Nobody has when it expired.
    this.#cookie = because === 'expired' ? { kind: 'expire' } : undefined;
  }

  /** This request has ended the session. */
  ended(isCookieDead: boolean): void {
    this.#stage = DESTROYED;
    this.data.reset();
    if (isCookieDead) {
      this.#cookie = { kind: 'expire' };
    }
  }

  /** The session gets a new id with the next write. One that ended begins anew, with what this request has set. */
  rotate(keepData: boolean): void {
    const stage = this.#stage;
    if (stage.at === 'stored') {
      this.#stage = { ...stage, rotation: { startsNewLife: !keepData || stage.rotation?.startsNewLife === true } };
    } else {
      this.beginAnew();
    }
    if (!keepData) {
      this.data.clear();
    }
    this.#freshId = undefined;
    this.#isFreshIdKnown = false;
    this.isCookieExpired = false;
    this.isRegenerated = true;
  }

  /** Another session, with what this request has set of the one that ended, under the id that somebody may have read. */
  beginAnew(): void {
    this.#stage = NEW;
  }

  /** @throws Error the given one, when somebody knows the id: it cannot be exchanged behind their back. */
  giveUpId(error: Error = new SessionIdCollisionError()): void {
    if (this.#isFreshIdKnown) {
      throw error;
    }
    this.#freshId = undefined;
  }

  /** The headers leave before the commit: the cookie that it is going to need leaves with them. */
  sendCookieEarly(): void {
    const stage = this.#stage;
    if (stage.at === 'stored') {
      this.#sentExpiry = this.nextRecord(stage, '').expiresAt;
      this.#decideCookie(this.nextId, this.#sentExpiry);
    } else if (stage.at === 'new' && !this.data.isEmpty) {
      this.#decideCookie(this.nextId, this.firstRecord('').expiresAt);
    }
    this.isCookieSent = this.cookie?.kind === 'set';
    this.#isFreshIdKnown ||= this.isCookieSent;
  }

  checkpoint(): Checkpoint {
    const { data, isRegenerated, isCookieExpired } = this;
    const facts = { isRegenerated, isCookieExpired };
    return { text: data.text(), base: data.baseline, stage: this.#stage, facts, freshId: this.#freshId };
  }

  /** Undoes what happened since, but for what is in the store already: what `save()` wrote, a new id, the end of the session. */
  rollBack({ text, base, stage, facts, freshId }: Checkpoint): void {
    const now = this.#stage;
    if (now.at === 'destroyed' || (now.at === 'gone' && stage.at !== 'gone')) {
      this.data.restart(base, now.at === 'gone' ? text : base);
      return;
    }
    const before = stage.at === 'stored' ? stage.record : undefined;
    if (now.at === 'stored' && now.record.version !== before?.version) {
      this.data.revert();
    } else {
      this.data.restore(text);
    }
    if (now.at !== 'stored' || now.record.key === before?.key) {
      this.#stage = now.at === 'stored' && stage.at === 'stored' ? { ...now, rotation: stage.rotation } : stage;
      this.#freshId = freshId;
      Object.assign(this, facts);
    }
  }

  /** A cookie is due for an id that the client does not have, and for an expiry that moved, where the cookie tells of it. */
  #decideCookie(id: string, expiresAt: number): void {
    const stage = this.#stage;
    const isKnown = stage.at === 'stored' && stage.record.id === id;
    const isMoved = isKnown && expiresAt > stage.record.expiresAt;
    if (!isKnown || (isMoved && this.deps.policy.settings.isCookiePersistent)) {
      this.#cookie = { kind: 'set', id, expiresAt };
    }
  }
}
