import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionsLogger } from '../interfaces/sessions-logger.interface.js';
import type { SessionStore } from '../stores/session-store.js';
import { CookieReader } from './cookie/cookie-reader.js';
import type { CookieSignature } from './cookie/cookie-signature.js';
import type { ValueCheck } from './data/serializer.js';
import type { LockSettings } from './lock/lock-settings.js';
import { SessionLocks, type LockLimits } from './lock/session-locks.js';
import type { SessionDeps } from './session-deps.js';
import { hashSessionId, type SessionIds } from './session-id.js';
import { SessionLog } from './session-log.js';
import { SessionPolicy, type PolicySettings } from './session-policy.js';
import { SessionRepository } from './session-repository.js';
import type { SessionTransport } from './session-transport.js';
import { SessionWriter } from './session-writer.js';
import { GuardedStore } from './store-access/guarded-store.js';
import { LeftLocks } from './store-access/left-locks.js';
import { PlacedIds } from './store-access/placed-ids.js';
import { StoreParts } from './store-access/store-parts.js';
import { InFlight } from './work/in-flight.js';
import { SessionWatches, type WatchSettings } from './watch/session-watches.js';
import type { WatchedSession } from './watch/watched-session.js';
import { UnitOfWork } from './work/unit-of-work.js';

/** What the engine is made of; every duration in milliseconds. */
export interface EngineSettings {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly logger: SessionsLogger;
  readonly isDebug: boolean;
  readonly ids: SessionIds;
  readonly signature: CookieSignature | undefined;
  readonly cookieName: string;
  readonly storeTimeout: number;
  readonly locking: LockSettings;
  readonly limits: LockLimits;
  readonly policy: PolicySettings;
  readonly checkValue: ValueCheck;
  readonly watch: WatchSettings;
}

/** Opens sessions. One for each module: two applications in one process do not meet. */
export class SessionEngine {
  readonly log: SessionLog;
  readonly locks: SessionLocks;
  /** How a route locks that has no `@LockSession()`: its guard passes this object itself, by which that is known. */
  readonly locking: LockSettings;
  readonly #left: LeftLocks;
  readonly #store: GuardedStore;
  readonly #watches: SessionWatches;
  readonly #deps: SessionDeps;

  constructor(settings: EngineSettings) {
    const { clock } = settings;
    const parts = new StoreParts(settings.store, clock, settings.storeTimeout);
    const ids = parts.areSeveral ? new PlacedIds(settings.ids, parts) : settings.ids;
    this.locking = settings.locking;
    this.log = new SessionLog(settings.logger, clock, settings.isDebug);
    this.#left = new LeftLocks(settings.store, parts, clock);
    this.#store = new GuardedStore(settings.store, parts, this.#left);
    this.locks = new SessionLocks(this.#store, clock, settings.limits, this.log.warnings, this.#left);
    const policy = new SessionPolicy(settings.policy);
    const { polls } = this.locks;
    const { warnings } = this.log;
    this.#watches = new SessionWatches({ store: this.#store, clock, polls, warnings }, policy, settings.watch);
    const repository = new SessionRepository(this.#store, this.locks, policy, clock, this.log, this.#watches);
    this.#deps = {
      policy,
      ids,
      clock,
      checkValue: settings.checkValue,
      repository,
      reader: new CookieReader(settings.cookieName, ids, settings.signature),
      writer: new SessionWriter(repository, this.locks, ids, this.log),
      locks: this.locks,
      log: this.log,
      inFlight: new InFlight(),
    };
  }

  /** Costs next to nothing: no store access, no id. */
  open(transport: SessionTransport, locking = this.locking): UnitOfWork {
    return new UnitOfWork(this.#deps, transport, locking);
  }

  /** How many live sessions there are. */
  count(): Promise<number> {
    return this.#store.count();
  }

  /** Ends a session by its id, also when a request holds its lock; `false` when there is none. */
  destroy(id: string): Promise<boolean> {
    return this.#deps.repository.end(id);
  }

  /** Tells of the end of the session that a `Cookie` header names; returns a function that ends the watch. */
  watch(cookieHeader: string | undefined, onEnd: WatchedSession['onEnd']): () => void {
    const { candidates } = this.#deps.reader.read(cookieHeader);
    return this.#watches.watch(candidates.map(hashSessionId), onEnd);
  }

  /** Waits for what is being written, and frees every lock. */
  async close(): Promise<void> {
    this.#watches.close();
    await this.#deps.inFlight.idle();
    await this.locks.close();
    this.#left.close();
  }
}
