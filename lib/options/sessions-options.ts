import { CronExpression } from '@nestjs/schedule';
import { validateCronExpression } from 'cron';
import { SessionsConfigError } from '../errors/index.js';
import type { Clock } from '../interfaces/clock.interface.js';
import type {
  CommitOnError,
  LockOptions,
  SessionPolicyOptions,
  WatchOptions,
} from '../interfaces/sessions-options.interface.js';
import { systemClock } from '../session/clock.js';
import { CookieSignature, MAX_SIGNATURES } from '../session/cookie/cookie-signature.js';
import { assertSerializable } from '../session/data/serializer.js';
import type { EngineSettings } from '../session/session-engine.js';
import { sessionIds } from '../session/session-id.js';
import { resolveCookie, type ResolvedCookie } from './cookie-options.js';
import { hours, minutes, seconds } from './durations.js';
import { REPLACEMENTS } from './express-session-options.js';
import type { SessionsModuleOptions } from './sessions-module-options.js';
import { resolveStore } from './store-options.js';
import {
  checkKeys,
  count,
  display,
  duration,
  flag,
  isAsync,
  list,
  missingMethods,
  MODULE,
  oneOf,
  synchronous,
  timerDuration,
} from './validate.js';

/** The names of all options. */
export const KEYS: readonly (keyof SessionsModuleOptions)[] = [
  'store',
  'timeout',
  'absoluteTimeout',
  'touchAfter',
  'locking',
  'lock',
  'watch',
  'cookie',
  'secret',
  'generateId',
  'commitOnError',
  'maxBytes',
  'storeTimeout',
  'cleanup',
  'currentSession',
  'forRoutes',
  'exclude',
  'compatibility',
  'clock',
  'debug',
];
const LOCK_KEYS: readonly (keyof LockOptions)[] = ['wait', 'lease', 'maxWaiters', 'maxHold'];

/** Sessions that one step of the clean-up removes. */
export const DEFAULT_BATCH = 1_000;
const DEFAULT_MAX_BYTES = 1_024 * 1_024 - 1_024;

export const LOCKING_MODES = ['implicit', 'early', 'explicit', 'read-only'] as const;

/** The options with every default in place, checked. */
export interface ResolvedOptions extends Omit<EngineSettings, 'logger'> {
  readonly cookie: ResolvedCookie;
  readonly commitOnError: CommitOnError | undefined;
  readonly cleanup: { readonly cron: string; readonly batchSize: number } | false;
  readonly currentSession: boolean;
  readonly forRoutes: SessionsModuleOptions['forRoutes'];
  readonly exclude: SessionsModuleOptions['exclude'];
  readonly compatibility: SessionsModuleOptions['compatibility'];
}

/**
 * Every default and every check, once.
 *
 * @throws SessionsConfigError that names the option and says what to write.
 */
export function resolveOptions(options: SessionsModuleOptions = {}): ResolvedOptions {
  checkKeys(MODULE, options, KEYS, REPLACEMENTS);
  const timeout = duration('timeout', options.timeout, hours(1));
  const { lock: lockOptions = {}, cookie: cookieOptions = {} } = options;
  const cookie = resolveCookie(cookieOptions, timeout);
  const lock = resolveLock(lockOptions);
  const compatibility = resolveCompatibility(options);
  return {
    store: resolveStore(options.store),
    clock: resolveClock(options.clock),
    isDebug: flag('debug', options.debug, false),
    ids: sessionIds(synchronous('generateId', options.generateId)),
    signature: resolveSecret(options.secret),
    cookie,
    cookieName: cookie.name,
    storeTimeout: timerDuration('storeTimeout', options.storeTimeout, seconds(2)),
    policy: {
      timeout,
      absoluteTimeout: duration('absoluteTimeout', options.absoluteTimeout, Infinity),
      touchAfter: duration('touchAfter', options.touchAfter, timeout / 10, { min: 0, max: timeout }),
      maxHold: lock.maxHold,
      maxBytes: count('maxBytes', options.maxBytes, DEFAULT_MAX_BYTES),
      isCookiePersistent: cookie.persistent,
    },
    locking: { mode: oneOf('locking', options.locking, 'implicit', LOCKING_MODES), wait: lock.wait, lease: lock.lease },
    limits: { maxWaiters: lock.maxWaiters, maxHold: lock.maxHold },
    watch: resolveWatch(options.watch),
    commitOnError: resolveCommitOnError(options.commitOnError),
    cleanup: resolveCleanup(options.cleanup),
    currentSession: flag('currentSession', options.currentSession, false),
    forRoutes: list('forRoutes', options.forRoutes),
    exclude: list('exclude', options.exclude),
    compatibility,
    checkValue: compatibility?.checkValue ?? assertSerializable,
  };
}

/** Whether only some routes have a session. */
export function isRestricted({ forRoutes, exclude = [] }: ResolvedOptions): boolean {
  return forRoutes !== undefined || exclude.length > 0;
}

/** Also for one route: `@LockSession({ wait, lease })`. */
export function resolveLock(lock: LockOptions, nameOf = (key: string) => `lock.${key}`): Required<LockOptions> {
  checkKeys('lock', lock, LOCK_KEYS);
  return {
    wait: timerDuration(nameOf('wait'), lock.wait, seconds(10)),
    lease: timerDuration(nameOf('lease'), lock.lease, seconds(30)),
    maxWaiters: count(nameOf('maxWaiters'), lock.maxWaiters, 100, 0),
    maxHold: timerDuration(nameOf('maxHold'), lock.maxHold, minutes(5)),
  };
}

function resolveWatch(watch: WatchOptions = {}): Required<WatchOptions> {
  checkKeys('watch', watch, ['interval', 'maxWatched']);
  return {
    interval: timerDuration('watch.interval', watch.interval, seconds(60)),
    maxWatched: count('watch.maxWatched', watch.maxWatched, 10_000),
  };
}

function resolveCompatibility({
  compatibility,
  forRoutes,
  exclude,
}: SessionsModuleOptions): ResolvedOptions['compatibility'] {
  if (compatibility === undefined) {
    return undefined;
  }
  if (missingMethods(compatibility, ['arrive', 'open', 'checkValue']).length > 0) {
    throw new SessionsConfigError(
      "compatibility must be expressSession(), a function of 'nestjs-sessions/express-session'",
    );
  }
  if (forRoutes !== undefined || exclude !== undefined) {
    throw new SessionsConfigError(
      'compatibility cannot be combined with forRoutes or exclude: its sessions are loaded before the route is known. Leave them out',
    );
  }
  return compatibility;
}

function resolveClock(clock: SessionPolicyOptions['clock']): Clock {
  if (clock === undefined) {
    return systemClock;
  }
  if (missingMethods(clock, ['now']).length > 0) {
    throw new SessionsConfigError('clock must have now(), in epoch milliseconds');
  }
  return {
    // Stores count in whole milliseconds: some servers refuse anything else.
    now: () => Math.floor(clock.now()),
    monotonic: () => (clock.monotonic ? clock.monotonic() : systemClock.monotonic()),
    setTimer: (...timer) => (clock.setTimer ? clock.setTimer(...timer) : systemClock.setTimer(...timer)),
  };
}

function resolveSecret(secret: unknown): CookieSignature | undefined {
  if (secret === undefined) {
    return undefined;
  }
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (!areSecrets(secrets)) {
    throw new SessionsConfigError('secret must be a non-empty string, or an array of them of which the first signs');
  }
  if (secrets.length > MAX_SIGNATURES) {
    throw new SessionsConfigError(
      `secret must have at most ${MAX_SIGNATURES} values, since no more signatures are computed for one header`,
    );
  }
  return new CookieSignature(secrets);
}

function areSecrets(values: readonly unknown[]): values is [string, ...string[]] {
  return values.length > 0 && values.every((value) => typeof value === 'string' && value !== '');
}

function resolveCommitOnError(commitOnError: unknown): CommitOnError | undefined {
  if (commitOnError === undefined || typeof commitOnError === 'boolean') {
    return commitOnError;
  }
  if (typeof commitOnError !== 'function' || isAsync(commitOnError)) {
    throw new SessionsConfigError(
      'commitOnError must be true, false or a function of error and status that returns one of them, and not an async function',
    );
  }
  return commitOnError as CommitOnError;
}

function resolveCleanup(cleanup: SessionsModuleOptions['cleanup'] = {}): ResolvedOptions['cleanup'] {
  if (cleanup === false) {
    return false;
  }
  checkKeys('cleanup', cleanup, ['cron', 'batchSize']);
  return {
    cron: cronExpression('cleanup.cron', cleanup.cron, CronExpression.EVERY_5_MINUTES),
    batchSize: count('cleanup.batchSize', cleanup.batchSize, DEFAULT_BATCH),
  };
}

function cronExpression(name: string, value: unknown, fallback: string): string {
  if (value === undefined) {
    return fallback;
  }
  if (typeof value !== 'string' || !validateCronExpression(value).valid) {
    throw new SessionsConfigError(
      `${name} must be a cron expression, for example CronExpression.EVERY_HOUR; it is ${display(value)}`,
    );
  }
  return value;
}
