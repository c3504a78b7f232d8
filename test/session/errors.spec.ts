import {
  SessionGoneError,
  SessionHeadersSentError,
  SessionIdCollisionError,
  SessionLockLostError,
  SessionLockTimeoutError,
  SessionNotLoadedError,
  SessionNotSerializableError,
  SessionReadOnlyError,
  SessionsConfigError,
  SessionsError,
  SessionStoreError,
  SessionsUnsupportedError,
  SessionTooLargeError,
} from 'nestjs-sessions';
import * as errors from '../../lib/errors/index.js';

const cause = new Error('the cause');
const holder = { route: 'GET /slow', process: 'host:1', since: 5 };

const cases: readonly [SessionsError, string, number, object, RegExp][] = [
  [
    new SessionGoneError('abcdefgh', 'rotated'),
    'SESSION_GONE',
    409,
    { because: 'rotated' },
    /abcdefgh was given a new id.*was not stored\. Send it again with the new cookie/,
  ],
  [
    new SessionHeadersSentError('regenerate()', 'the response has started'),
    'SESSION_HEADERS_SENT',
    500,
    {},
    /regenerate\(\) needs a cookie.*the response has started/,
  ],
  [new SessionIdCollisionError(), 'SESSION_ID_COLLISION', 500, {}, /generateId at least 128 random bits/],
  [
    new SessionLockLostError('abcdefgh'),
    'SESSION_LOCK_LOST',
    409,
    {},
    /abcdefgh.*[Tt]ry the request again.*raise lock\.lease/,
  ],
  [
    new SessionLockTimeoutError('locked', 1_000, 'waited', holder),
    'SESSION_LOCK_TIMEOUT',
    503,
    { retryAfter: 1_000, holder },
    /locked/,
  ],
  [
    new SessionNotLoadedError('get'),
    'SESSION_NOT_LOADED',
    500,
    {},
    /session\.get .*@Session\(\).*await session\.load\(\)/,
  ],
  [
    new SessionNotSerializableError('cart', 'it has a Date'),
    'SESSION_NOT_SERIALIZABLE',
    500,
    { key: 'cart' },
    /"cart".*a Date.*plain objects, arrays/,
  ],
  [
    new SessionReadOnlyError('set()'),
    'SESSION_READ_ONLY',
    500,
    {},
    /set\(\).*take @LockSession\('read-only'\) off.*Sessions\.open\(\)/,
  ],
  [new SessionStoreError('down', 5_000, { cause }), 'SESSION_STORE_FAILED', 503, { retryAfter: 5_000, cause }, /down/],
  [
    new SessionTooLargeError(20, 10),
    'SESSION_TOO_LARGE',
    500,
    { bytes: 20, maxBytes: 10 },
    /20 bytes, more than maxBytes \(10\).*Keep large data elsewhere/,
  ],
  [new SessionsConfigError('timeout must', { cause }), 'SESSIONS_CONFIG', 500, { cause }, /timeout must/],
  [new SessionsUnsupportedError('cannot count'), 'SESSIONS_UNSUPPORTED', 500, {}, /cannot count/],
];

describe.each(cases.map((one) => [one[0].name, ...one] as const))('%s', (name, error, code, status, facts, message) => {
  it('has a stable code, its status and its facts, and says what to do', () => {
    expect(error).toBeInstanceOf(SessionsError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code, status, statusCode: status, expose: false, ...facts });
    expect(error.message).toMatch(message);
    expect(String(error)).toBe(`${name}: ${error.message}`);
  });
});

it.each<[SessionGoneError['because'], RegExp]>([
  ['destroyed', /was destroyed by another request.*was not stored\. Start a new session/],
  ['expired', /has expired or was evicted.*was not stored\. Start a new session/],
])('A SessionGoneError says what happened to a session that is %s, and what to do', (because, message) => {
  expect(new SessionGoneError('abcdefgh', because).message).toMatch(message);
});

it('An error has its name although a bundler that minifies has given its class another', () => {
  const { name } = SessionIdCollisionError;
  Object.defineProperty(SessionIdCollisionError, 'name', { value: 'Hs' });
  try {
    expect(new SessionIdCollisionError().name).toBe('SessionIdCollisionError');
  } finally {
    Object.defineProperty(SessionIdCollisionError, 'name', { value: name });
  }
});

it('No class of error is missing here, and no two have the same code', () => {
  const concrete = Object.keys(errors).filter((name) => name !== 'SessionsError');

  expect(cases.map(([{ name }]) => name).sort()).toEqual(concrete.sort());
  expect(new Set(cases.map(([{ code }]) => code)).size).toBe(cases.length);
});
