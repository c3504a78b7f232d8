/**
 * The module, and all that works without a client of a store.
 *
 * @module nestjs-sessions
 */

// The module
export { SessionsModule } from './sessions.module.js';
export type { SessionsModuleOptions, SessionsOptionsFactory } from './options/sessions-module-options.js';
export type {
  CleanupOptions,
  CommitOnError,
  LockingMode,
  LockOptions,
  LockSessionOptions,
  SessionCookieOptions,
  SessionPolicyOptions,
  WatchOptions,
} from './interfaces/sessions-options.interface.js';
export type { Compatibility } from './http/compatibility.js';
export { days, hours, minutes, seconds } from './options/durations.js';

// In controllers
export { Session } from './decorators/session.decorator.js';
export { SessionObject } from './session/object/session.js';
export type { SessionContents, SessionData, SessionKey, SessionValue } from './interfaces/session-data.interface.js';
export { LockSession } from './decorators/lock-session.decorator.js';
export { RequireSession } from './decorators/require-session.decorator.js';
export { RequireSessionGuard } from './guards/require-session.guard.js';

// In providers
export { CurrentSession } from './transports/current-session.js';
export { Sessions } from './sessions.service.js';
export type { OpenOptions, WatchSessionOptions } from './options/sessions-arguments.js';
export type { SessionEnd } from './session/watch/watched-session.js';
export type { Handshake } from './sockets/handshakes.js';
export { InjectSessionStore } from './decorators/inject-session-store.decorator.js';

// Stores
export { FileStore, type FileStoreFsync, type FileStoreOptions } from './stores/file/file.store.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory.store.js';

// Writing a store
export { SessionStore } from './stores/session-store.js';
export type {
  Acquired,
  EndReason,
  Found,
  Gone,
  Held,
  LockHolder,
  Missing,
  SessionRecord,
  SessionVersion,
  WriteGuard,
} from './interfaces/session-record.interface.js';
export type {
  BatchLoadableStore,
  ClosableStore,
  CountableStore,
  LeasingStore,
  PartitionedStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from './interfaces/store-abilities.interface.js';
export type { CancelTimer, Clock } from './interfaces/clock.interface.js';
export type { SessionsLogger } from './interfaces/sessions-logger.interface.js';

// Errors
export {
  SessionGoneError,
  SessionHeadersSentError,
  SessionIdCollisionError,
  SessionLockLostError,
  SessionLockTimeoutError,
  type LockTimeoutReason,
  SessionNotLoadedError,
  SessionNotSerializableError,
  SessionReadOnlyError,
  SessionsConfigError,
  SessionsError,
  SessionStoreError,
  SessionsUnsupportedError,
  SessionTooLargeError,
} from './errors/index.js';
