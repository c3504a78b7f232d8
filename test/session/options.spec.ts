import {
  MemoryStore,
  SessionNotSerializableError,
  SessionsConfigError,
  days,
  hours,
  minutes,
  seconds,
  type SessionsModuleOptions,
} from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { ManualClock } from 'nestjs-sessions/testing';
import { EventEmitter } from 'node:events';
import { LockSession } from '../../lib/decorators/lock-session.decorator.js';
import { isRestricted, KEYS, resolveOptions } from '../../lib/options/sessions-options.js';
import { systemClock } from '../../lib/session/clock.js';
import { MAX_SIGNATURES } from '../../lib/session/cookie/cookie-signature.js';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';

/** As an application in JavaScript, or one that reads its options from somewhere, gives them. */
function refused(options: unknown): string {
  return sessionsConfigErrorOf(() => resolveOptions(options as never));
}

/** With the methods of express-session's MemoryStore and of most others. */
const expressSessionStore = Object.assign(new EventEmitter(), { get() {}, set() {}, destroy() {} });

describe('the options', () => {
  it('all have a default', () => {
    expect(resolveOptions()).toMatchObject({
      store: expect.any(MemoryStore),
      storeTimeout: seconds(2),
      policy: {
        timeout: minutes(60),
        absoluteTimeout: Infinity,
        touchAfter: minutes(6),
        maxHold: minutes(5),
        maxBytes: 1_024 * 1_023,
        isCookiePersistent: true,
      },
      locking: { mode: 'implicit', wait: seconds(10), lease: seconds(30) },
      limits: { maxWaiters: 100, maxHold: minutes(5) },
      cookie: { name: 'session_id', path: '/', httpOnly: true, sameSite: 'lax', secure: 'auto', persistent: true },
      signature: undefined,
      watch: { interval: minutes(1), maxWatched: 10_000 },
      commitOnError: undefined,
      cleanup: { cron: '0 */5 * * * *', batchSize: 1_000 },
      currentSession: false,
      forRoutes: undefined,
      exclude: undefined,
      compatibility: undefined,
      isDebug: false,
    });
  });

  it('are taken as they are given', () => {
    const store = new MemoryStore();
    const commitOnError = (): boolean => true;
    expect(
      resolveOptions({
        store,
        storeTimeout: 1,
        timeout: 2_000,
        absoluteTimeout: 3_000,
        touchAfter: 2_000,
        maxBytes: 1,
        locking: 'read-only',
        lock: { wait: 2 ** 31 - 1, lease: 5, maxWaiters: 0, maxHold: 7 },
        watch: { interval: 8, maxWatched: 1 },
        cookie: { persistent: false },
        commitOnError,
        cleanup: { cron: '0 0 * * * *', batchSize: 1 },
        currentSession: true,
        forRoutes: ['notes'],
        exclude: ['health'],
        debug: true,
      }),
    ).toMatchObject({
      store,
      storeTimeout: 1,
      policy: {
        timeout: 2_000,
        absoluteTimeout: 3_000,
        touchAfter: 2_000,
        maxHold: 7,
        maxBytes: 1,
        isCookiePersistent: false,
      },
      locking: { mode: 'read-only', wait: 2 ** 31 - 1, lease: 5 },
      limits: { maxWaiters: 0, maxHold: 7 },
      watch: { interval: 8, maxWatched: 1 },
      commitOnError,
      cleanup: { cron: '0 0 * * * *', batchSize: 1 },
      currentSession: true,
      forRoutes: ['notes'],
      exclude: ['health'],
      isDebug: true,
    });
    expect(resolveOptions({ commitOnError: false }).commitOnError).toBe(false);
    expect(resolveOptions({ cleanup: false }).cleanup).toBe(false);
  });

  it('of the clean-up have a default each', () => {
    expect(resolveOptions({ cleanup: { batchSize: 5 } }).cleanup).toEqual({ cron: '0 */5 * * * *', batchSize: 5 });
  });

  it('that are durations are whole milliseconds, rounded up: some servers refuse others', () => {
    const { policy, storeTimeout } = resolveOptions({ timeout: 14.5, storeTimeout: 0.5 + 1 });
    expect([policy.timeout, policy.touchAfter, storeTimeout]).toEqual([15, 2, 2]);
  });

  it('take a secret, or several, of which the first signs and all are known', () => {
    const old = resolveOptions({ secret: 'old' }).signature?.sign('value');
    const both = resolveOptions({ secret: ['new', 'old'] }).signature;
    expect(both?.sign('value')).toBe(resolveOptions({ secret: 'new' }).signature?.sign('value'));
    expect(both?.verify(old ?? '')).toBe('value');
  });

  it('take as many secrets as are tried on one cookie, and no more', () => {
    const secrets = (count: number): string[] => Array.from({ length: count }, (_, n) => `secret ${n}`);
    expect(resolveOptions({ secret: secrets(MAX_SIGNATURES) }).signature).toBeDefined();
    expect(refused({ secret: secrets(MAX_SIGNATURES + 1) })).toBe(
      `secret must have at most ${MAX_SIGNATURES} values, since no more signatures are computed for one header`,
    );
  });

  it('take a clock that has the time alone: in whole milliseconds, and all else is the machine’s', () => {
    const { clock } = resolveOptions({ clock: { now: () => 5.7 } });
    expect(clock.now()).toBe(5);
    expect(Math.abs(clock.monotonic() - systemClock.monotonic())).toBeLessThan(minutes(1));
    expect(clock.setTimer(() => undefined, 1)).toEqual(expect.any(Function));
  });

  it('take a clock that has everything', () => {
    const manual = new ManualClock();
    const { clock } = resolveOptions({ clock: manual });
    let fired = 0;
    clock.setTimer(() => (fired += 1), 10);
    manual.advance(10);
    expect([clock.monotonic(), fired]).toEqual([10, 1]);
  });

  it('take a function that makes ids', () => {
    const id = 'an-id-of-16-chars';
    expect(resolveOptions({ generateId: () => id }).ids.generate()).toBe(id);
  });

  it('take what decides how express-session is followed', () => {
    const compatibility = expressSession();
    expect(resolveOptions({ compatibility })).toMatchObject({ compatibility, checkValue: compatibility.checkValue });
  });

  it('have values checked by what JSON would change, where nothing else checks them', () => {
    expect(() => resolveOptions().checkValue('since', new Date())).toThrow(SessionNotSerializableError);
  });

  it('take a store that has the methods of express-session as well', () => {
    const store = Object.assign(new MemoryStore(), { get() {}, set() {}, destroy() {}, on() {} });
    expect(resolveOptions({ store }).store).toBe(store);
  });

  it.each<[SessionsModuleOptions, boolean]>([
    [{}, false],
    [{ exclude: [] }, false],
    [{ exclude: ['health'] }, true],
    [{ forRoutes: ['notes'] }, true],
  ])('with %j restrict sessions to some routes: %s', (options, is) => {
    expect(isRestricted(resolveOptions(options))).toBe(is);
  });

  it('take touchAfter from the timeout', () => {
    expect(resolveOptions({ timeout: hours(10) }).policy.touchAfter).toBe(hours(1));
    expect(resolveOptions({ timeout: hours(10), touchAfter: 0 }).policy.touchAfter).toBe(0);
  });

  it('are in milliseconds, which the durations count', () => {
    expect([seconds(1), minutes(1), hours(1), days(1)]).toEqual([1_000, 60_000, 3_600_000, 86_400_000]);
    expect(minutes(0.5)).toBe(30_000);
  });

  it.each<[unknown, string, string]>([
    [{ timeuot: 1 }, 'timeuot', 'timeout'],
    [{ Secret: 'x' }, 'Secret', 'secret'],
    [{ cookie: { httponly: true } }, 'httponly', 'httpOnly'],
    [{ cookie: { samesite: 'lax' } }, 'samesite', 'sameSite'],
    [{ lock: { waits: 1 } }, 'waits', 'wait'],
    [{ lock: { maxwaiters: 1 } }, 'maxwaiters', 'maxWaiters'],
    [{ watch: { maxwatched: 1 } }, 'maxwatched', 'maxWatched'],
    [{ stroe: 1 }, 'stroe', 'store'],
    [{ clok: 1 }, 'clok', 'clock'],
    [{ maxbits: 1 }, 'maxbits', 'maxBytes'],
    [{ maxBytesSize: 1 }, 'maxBytesSize', 'maxBytes'],
    [{ cleanup: { corn: '* * * * *' } }, 'corn', 'cron'],
  ])('refuse %j: an unknown key, with the nearest known name', (options, key, nearest) => {
    expect(refused(options)).toContain(`no option "${key}". Did you mean "${nearest}"?`);
  });

  it.each<[unknown, RegExp]>([
    [{ lockMode: 'early' }, /no option "lockMode"\. It has store, timeout, .*, locking, .*, clock, debug\.$/],
    [{ x: 1 }, /no option "x"\. It has /],
    [{ log: true }, /no option "log"\. It has /],
    [{ maxBytesSizes: 1 }, /no option "maxBytesSizes"\. It has /],
    [{ lock: { mode: 'early' } }, /^lock has no option "mode"\. It has wait, lease, maxWaiters, maxHold\.$/],
  ])('refuse %j: an unknown key that is near to none, with the names of all', (options, message) => {
    expect(refused(options)).toMatch(message);
  });

  it.each<[unknown, string]>([
    ...KEYS.map((key): [unknown, string] => [{ [key]: undefined }, key]),
    [{ cookie: { domain: undefined } }, 'cookie.domain'],
    [{ lock: { wait: undefined } }, 'lock.wait'],
    [{ cleanup: { cron: undefined } }, 'cleanup.cron'],
  ])('refuse %p: undefined that was written down, which is a value that is missing', (options, name) => {
    expect(refused(options)).toBe(
      `${name} is undefined: leave it out, or give it a value (an environment variable that is not set?).`,
    );
  });

  it.each<[unknown, RegExp]>([
    [
      { resave: false },
      /^SessionsModule has no option "resave", which express-session and its like have: leave it out/,
    ],
    [{ saveUninitialized: false }, /leave it out/],
    [{ rolling: true }, /touchAfter: 0/],
    [{ unset: 'destroy' }, /session\.destroy\(\)/],
    [{ name: 'sid' }, /cookie: \{ name: 'sid' \}/],
    [{ key: 'sid' }, /cookie: \{ name: 'sid' \}/],
    [{ keys: ['x'] }, /secret: \[/],
    [{ maxAge: 5 }, /timeout: minutes/],
    [{ genid: () => 'x' }, /generateId/],
    [{ proxy: true }, /app\.set\('trust proxy', 1\)/],
    [
      { cookie: { maxAge: 5 } },
      /^cookie has no option "maxAge", which express.*timeout: minutes\(30\).*persistent: false/,
    ],
    [{ cookie: { expires: new Date() } }, /absoluteTimeout/],
    [{ cookie: { signed: true } }, /secret/],
    [{ cookie: { overwrite: true } }, /leave it out/],
    [{ cookie: { priority: 'high' } }, /leave it out/],
    [{ store: expressSessionStore }, /^store is one of express-session.*new FileStore\(\{ directory \}\).*\/postgres/],
  ])('of express-session, as in %p, are refused with what to write here', (options, message) => {
    expect(refused(options)).toMatch(message);
  });

  it.each<[string, unknown]>([
    ['commitOnError', async () => true],
    ['generateId', async () => 'x'],
  ])('refuse an async function as %s, whose promise would count as a value', (name, value) => {
    expect(refused({ [name]: value })).toMatch(new RegExp(`^${name} must .*not an async function`));
  });

  it.each<[string, readonly unknown[]]>([
    ['SessionsModule', [null, 5, 'x', []]],
    ['store', [null, 5, {}, 'memory', new Map()]],
    ['timeout', [null, 0, -1, NaN, Infinity, '60', new Date()]],
    ['absoluteTimeout', [null, 0, Infinity, '1h']],
    ['touchAfter', [null, -1, minutes(60) + 1, '1']],
    ['locking', [null, 'Implicit', 'none', true]],
    ['lock', [null, 5, 'early', []]],
    ['lock.wait', [null, 0, -1, '10', 2 ** 31]],
    ['lock.lease', [null, 0, 2 ** 31]],
    ['lock.maxHold', [null, 0, 2 ** 31]],
    ['lock.maxWaiters', [null, -1, 1.5, '100', Infinity]],
    ['watch', [null, 5, []]],
    ['watch.interval', [null, 0, 2 ** 31]],
    ['watch.maxWatched', [null, 0, 1.5]],
    ['cookie', [null, 'session', []]],
    ['secret', [null, '', [], ['x', ''], ['x', 5], 5, {}, Array.from('abcdef')]],
    ['generateId', [null, 'uuid', {}]],
    ['commitOnError', [null, 'yes', 500]],
    ['maxBytes', [null, 0, 1.5, '1mb']],
    ['storeTimeout', [null, 0, 2 ** 31, '2s']],
    ['cleanup', [null, true, '* * * * *']],
    [
      'cleanup.cron',
      [null, 5, '', 'every day', '* * *', '61 * * * *', '99 99 99 99 99 99', new Date(Date.now() + days(1))],
    ],
    ['cleanup.batchSize', [null, 0, 1.5, '10']],
    ['currentSession', [null, 1, 'true']],
    ['forRoutes', [null, 'cats', {}]],
    ['exclude', [null, 'health', {}]],
    ['clock', [null, 5, {}, { now: 5 }]],
    ['debug', [null, 'true', 1]],
  ])('refuse bad values of %s with an error that names it', (name, values) => {
    for (const value of values) {
      const [option, inner] = name.split('.');
      const options =
        name === 'SessionsModule' ? value : { [option!]: inner === undefined ? value : { [inner]: value } };
      expect(refused(options)).toMatch(new RegExp(`^${name} must `));
    }
  });

  it.each([
    ['x', "'x'"],
    [5, '5'],
    [null, 'null'],
    [[], 'an array'],
    [() => 5, 'a value of type function'],
  ])('say what they got in place of an object: %p', (value, shown) => {
    expect(refused({ lock: value })).toBe(`lock must be an object of options; it is ${shown}`);
  });

  it.each<[unknown, string]>([
    [
      { timeout: {} },
      `timeout must be a duration in milliseconds from 1 to ${Number.MAX_SAFE_INTEGER}, for example minutes(30); it is a value of type object`,
    ],
    [
      { lock: { wait: 0 } },
      'lock.wait must be a duration in milliseconds from 1 to 2147483647, for example minutes(30); it is 0',
    ],
    [{ lock: { maxWaiters: -1 } }, 'lock.maxWaiters must be a whole number, at least 0; it is -1'],
    [{ maxBytes: 0 }, 'maxBytes must be a whole number, at least 1; it is 0'],
    [{ debug: 1 }, 'debug must be true or false; it is 1'],
    [{ locking: 'none' }, "locking must be one of 'implicit', 'early', 'explicit', 'read-only'; it is 'none'"],
    [{ generateId: 5 }, 'generateId must be a function, and not an async function; it is 5'],
    [{ forRoutes: 'cats' }, "forRoutes must be an array; it is 'cats'"],
    [{ clock: {} }, 'clock must have now(), in epoch milliseconds'],
    [{ secret: '' }, 'secret must be a non-empty string, or an array of them of which the first signs'],
    [
      { commitOnError: 5 },
      'commitOnError must be true, false or a function of error and status that returns one of them, and not an async function',
    ],
    [
      { cleanup: { cron: 'now' } },
      "cleanup.cron must be a cron expression, for example CronExpression.EVERY_HOUR; it is 'now'",
    ],
  ])('refuse %j with a message that says what may stand there', (options, message) => {
    expect(refused(options)).toBe(message);
  });

  it('say which methods a store lacks', () => {
    expect(refused({ store: { load: () => undefined } })).toMatch(/it lacks create, update, touch, .* unlock$/);
  });

  it('of @LockSession() are checked where it is written', () => {
    expect(sessionsConfigErrorOf(() => LockSession('readonly' as never))).toMatch(
      /@LockSession\(\) mode must be one of/,
    );
    expect(sessionsConfigErrorOf(() => LockSession({ wait: -1 }))).toMatch(/^@LockSession\(\) wait must be/);
    expect(sessionsConfigErrorOf(() => LockSession({ mod: 'early' } as never))).toMatch(/Did you mean "mode"/);
    expect(sessionsConfigErrorOf(() => LockSession({ mode: undefined } as never))).toMatch(
      /^@LockSession\(\): mode is undefined: leave it out/,
    );
    expect(() => LockSession(undefined as never)).toThrow(SessionsConfigError);
  });
});
