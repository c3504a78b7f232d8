import type { LockingMode } from '../../../lib/interfaces/sessions-options.interface.js';
import type { SessionRecord } from '../../../lib/interfaces/session-record.interface.js';
import { ActiveSession } from '../../../lib/session/active-session.js';
import { CookieReader } from '../../../lib/session/cookie/cookie-reader.js';
import { assertSerializable } from '../../../lib/session/data/serializer.js';
import type { LockTerms } from '../../../lib/session/lock/session-lock.js';
import { SessionLocks, type LockLimits } from '../../../lib/session/lock/session-locks.js';
import { SessionObject } from '../../../lib/session/object/session.js';
import type { SessionDeps } from '../../../lib/session/session-deps.js';
import { generateSessionId, hashSessionId, sessionIds } from '../../../lib/session/session-id.js';
import { SessionLog } from '../../../lib/session/session-log.js';
import { SessionPolicy, type PolicySettings } from '../../../lib/session/session-policy.js';
import { SessionRepository } from '../../../lib/session/session-repository.js';
import { SessionWriter } from '../../../lib/session/session-writer.js';
import { StoreParts } from '../../../lib/session/store-access/store-parts.js';
import { LeftLocks } from '../../../lib/session/store-access/left-locks.js';
import { GuardedStore } from '../../../lib/session/store-access/guarded-store.js';
import { SessionWatches } from '../../../lib/session/watch/session-watches.js';
import { InFlight } from '../../../lib/session/work/in-flight.js';
import { UnitOfWork } from '../../../lib/session/work/unit-of-work.js';
import { MemoryStore } from '../../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import type { Visit } from './engine-visits.js';
import { ObservedStore } from '../stores/observed-store.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { testTransport, type ChangeTransport } from './test-transport.js';

export const TIMEOUT = 60 * 60_000;
export const TOUCH_AFTER = TIMEOUT / 10;
export const MAX_HOLD = 5 * 60_000;

const WAIT = 10_000;
const LEASE = 30_000;

interface RigOptions {
  readonly limits?: Partial<LockLimits>;
  readonly policy?: Partial<PolicySettings>;
  readonly generateId?: () => string;
}

/** The parts of the engine, put together on a memory store and a clock that the test moves. */
export class EngineRig {
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  readonly store = new MemoryStore();
  /** What the engine sees of the store. */
  readonly observed = new ObservedStore(this.store);
  readonly log = new SessionLog(this.logger, this.clock, true);
  readonly locks: SessionLocks;
  readonly repository: SessionRepository;
  readonly writer: SessionWriter;
  readonly deps: SessionDeps;

  constructor({ limits, policy: policySettings, generateId }: RigOptions = {}) {
    const { clock, log, logger, observed } = this;
    void observed.start({ clock, logger });
    const ids = sessionIds(generateId);
    const policy = new SessionPolicy({
      timeout: TIMEOUT,
      absoluteTimeout: Infinity,
      touchAfter: TOUCH_AFTER,
      maxHold: MAX_HOLD,
      maxBytes: 10_000,
      isCookiePersistent: true,
      ...policySettings,
    });
    const parts = new StoreParts(observed, clock, 2_000);
    const left = new LeftLocks(observed, parts, clock);
    this.locks = new SessionLocks(
      observed,
      clock,
      { maxWaiters: 100, maxHold: MAX_HOLD, ...limits },
      log.warnings,
      left,
    );
    const guarded = new GuardedStore(observed, parts, left);
    const looks = { store: guarded, clock, polls: this.locks.polls, warnings: log.warnings };
    const watches = new SessionWatches(looks, policy, { interval: 60_000, maxWatched: 10 });
    this.repository = new SessionRepository(observed, this.locks, policy, clock, log, watches);
    this.writer = new SessionWriter(this.repository, this.locks, ids, log);
    const { locks, repository, writer } = this;
    const reader = new CookieReader('sid', ids, undefined);
    this.deps = {
      policy,
      ids,
      reader,
      clock,
      repository,
      writer,
      locks,
      log,
      inFlight: new InFlight(),
      checkValue: assertSerializable,
    };
  }

  /** What an application has of a request that has not loaded its session yet. */
  visit(cookie?: string, mode: LockingMode = 'implicit'): Visit {
    const transport = testTransport(cookie);
    const unit = new UnitOfWork(this.deps, transport, { mode, wait: WAIT, lease: LEASE });
    return { transport, unit, session: new SessionObject({ unit }) };
  }

  /** What is known in a request that has not loaded its session yet; `change` alters what it is opened for. */
  active(cookie?: string, mode: LockingMode = 'implicit', change?: ChangeTransport): ActiveSession {
    return new ActiveSession(this.deps, testTransport(cookie, change), { mode, wait: WAIT, lease: LEASE });
  }

  /** What is known in a request that has read the session: with its lock, or in the mode `explicit` without. */
  async read(cookie?: string, mode: LockingMode = 'implicit', change?: ChangeTransport): Promise<ActiveSession> {
    const active = this.active(cookie, mode, change);
    const locks = mode === 'implicit' || mode === 'early';
    active.found(await this.repository.find(active.sent.candidates, locks ? this.terms() : undefined));
    return active;
  }

  terms(route = 'GET /test'): LockTerms {
    return { wait: WAIT, lease: LEASE, route, signal: () => new AbortController().signal };
  }

  /** Puts a session into the store; returns the id that a client sends for it. */
  async stored(data: object = {}): Promise<string> {
    const id = generateSessionId();
    const now = this.clock.now();
    await this.store.create({
      id: hashSessionId(id),
      record: { data: JSON.stringify(data), createdAt: now, expiresAt: now + TIMEOUT },
    });
    return id;
  }

  /** Another request changes one key without a lock, and is committed. */
  async changedElsewhere(id: string, key: string, value: unknown): Promise<void> {
    const other = await this.read(id, 'explicit');
    other.data.set(key, value);
    await this.writer.write(other, true);
  }

  /** Another request destroys the session. */
  async destroyedElsewhere(id: string): Promise<void> {
    await this.writer.end(await this.read(id, 'explicit'));
  }

  /** Another request gives the session a new id, which is returned. */
  async rotatedElsewhere(id: string): Promise<string> {
    const other = await this.read(id, 'explicit');
    other.rotate(true);
    await this.writer.write(other, true);
    return other.id;
  }

  /** The record under the id that a client would send; `undefined` when there is none, or a tombstone. */
  async record(id: string | undefined): Promise<SessionRecord | undefined> {
    const answer = await this.store.load({ id: hashSessionId(id ?? '') });
    return answer.status === 'found' ? answer.record : undefined;
  }

  /** The data under the id that a client would send, or why there are none. */
  async data(id: string): Promise<unknown> {
    const answer = await this.store.load({ id: hashSessionId(id) });
    switch (answer.status) {
      case 'found':
        return JSON.parse(answer.record.data);
      case 'gone':
        return answer.because;
      default:
        return answer.status;
    }
  }

  /** Whether anybody could lock the session now. */
  async isFree(id: string): Promise<boolean> {
    const holder = { route: 'the test', process: 'here', since: 0 };
    const args = { id: hashSessionId(id), token: 'probe' };
    const answer = await this.store.tryLock({ ...args, lease: 1_000, holder });
    return answer.status === 'acquired' && this.store.unlock(args);
  }
}
