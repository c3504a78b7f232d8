import type { Clock } from '../interfaces/clock.interface.js';
import type { CookieReader } from './cookie/cookie-reader.js';
import type { ValueCheck } from './data/serializer.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { SessionIds } from './session-id.js';
import type { SessionLog } from './session-log.js';
import type { SessionPolicy } from './session-policy.js';
import type { SessionRepository } from './session-repository.js';
import type { SessionWriter } from './session-writer.js';
import type { InFlight } from './work/in-flight.js';

/** What the sessions of an application share. */
export interface SessionDeps {
  readonly policy: SessionPolicy;
  readonly ids: SessionIds;
  readonly reader: CookieReader;
  readonly clock: Clock;
  readonly checkValue: ValueCheck;
  readonly repository: SessionRepository;
  readonly writer: SessionWriter;
  readonly locks: SessionLocks;
  readonly log: SessionLog;
  readonly inFlight: InFlight;
}
