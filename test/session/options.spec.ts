import { MemoryStore, SessionsConfigError, days, hours, minutes, seconds } from 'nestjs-sessions';
import { EventEmitter } from 'node:events';
import { LockSession } from '../../lib/decorators/lock-session.decorator.js';
import { KEYS, resolveOptions } from '../../lib/options/sessions-options.js';
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
      cleanup: { cron: '0 */5 * * * *', batchSize: 1_000 },
      currentSession: false,
      isDebug: false,
    });
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
    [{ cleanup: { corn: '* * * * *' } }, 'corn', 'cron'],
  ])('refuse %j: an unknown key, with the nearest known name', (options, key, nearest) => {
    expect(refused(options)).toContain(`no option "${key}". Did you mean "${nearest}"?`);
  });

  it.each<[unknown, RegExp]>([
    [{ lockMode: 'early' }, /no option "lockMode"\. It has store, timeout, .*, locking, .*, clock, debug\.$/],
    [{ x: 1 }, /no option "x"\. It has /],
    [{ log: true }, /no option "log"\. It has /],
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
    ['cookie', [null, 'session', []]],
    ['secret', [null, '', [], ['x', ''], ['x', 5], 5, {}, Array.from('abcdef')]],
    ['generateId', [null, 'uuid', {}]],
    ['commitOnError', [null, 'yes', 500]],
    ['maxBytes', [null, 0, 1.5, '1mb']],
    ['storeTimeout', [null, 0, 2 ** 31, '2s']],
    ['cleanup', [null, true, '* * * * *']],
    ['cleanup.cron', [null, 5, '', 'every day', '* * *', '61 * * * *', '99 99 99 99 99 99']],
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

  it('say which methods a store lacks', () => {
    expect(refused({ store: { load: () => undefined } })).toMatch(/it lacks create, update, touch, .* unlock$/);
  });

  it('of @LockSession() are checked where it is written', () => {
    expect(sessionsConfigErrorOf(() => LockSession('readonly' as never))).toMatch(
      /@LockSession\(\) mode must be one of/,
    );
    expect(sessionsConfigErrorOf(() => LockSession({ wait: -1 }))).toMatch(/lock\.wait/);
    expect(sessionsConfigErrorOf(() => LockSession({ mod: 'early' } as never))).toMatch(/Did you mean "mode"/);
    expect(() => LockSession(undefined as never)).toThrow(SessionsConfigError);
  });
});
