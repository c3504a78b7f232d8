/** The options with every default in place (`ResolvedOptions`). */
export const RESOLVED_OPTIONS = Symbol('nestjs-sessions: options');

/** Metadata of `@LockSession()`. */
export const LOCK_SESSION = 'nestjs-sessions: lock';

/** Metadata of `@RequireSession()`. */
export const REQUIRE_SESSION = 'nestjs-sessions: require';
