import { FileStore, SessionsModule, type SessionsModuleOptions } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { sessionsConfigErrorOf } from '../../support/http/config-error.js';
import { refusalOf, startUpErrorOf } from '../../support/http/start-up.js';

const OPTIONS: readonly (keyof SessionsModuleOptions)[] = [
  'store',
  'timeout',
  'absoluteTimeout',
  'touchAfter',
  'locking',
  'lock',
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
  'clock',
  'debug',
];

const NESTED = {
  lock: ['wait', 'lease', 'maxWaiters', 'maxHold'],
  cookie: ['name', 'path', 'pathHeader', 'domain', 'httpOnly', 'sameSite', 'secure', 'partitioned', 'persistent'],
  cleanup: ['cron', 'batchSize'],
};

function expectNamed(message: string, name: string): void {
  expect(message).toMatch(new RegExp(`(^|[\\s"'])${name.replace('.', '\\.')}\\b`));
  expect(message).toContain('undefined');
  expect(message).toMatch(/leave it out|must be/);
}

describe('An option that is undefined on purpose, as of a variable that is not set,', () => {
  it.each(OPTIONS)('is refused by its name: %s', async (name) => {
    expectNamed(await refusalOf({ [name]: undefined }), name);
  });

  it.each(Object.entries(NESTED).flatMap(([group, names]) => names.map((name) => [group, name] as const)))(
    'is refused by its name: %s.%s',
    async (group, name) => {
      expectNamed(await refusalOf({ [group]: { [name]: undefined } }), `${group}.${name}`);
    },
  );

  it('is refused above all where it is the secret: cookies would go out unsigned', async () => {
    const options = { secret: process.env['NESTJS_SESSIONS_NO_SUCH_SECRET'] };

    expectNamed(await refusalOf(options), 'secret');
    expectNamed(
      await startUpErrorOf(() => [SessionsModule.forRootAsync({ useFactory: () => options as never })]),
      'secret',
    );
    expect(await refusalOf({ secret: ['new', undefined] })).toMatch(/^secret must/);
  });

  it('is refused where a store cannot do without it', () => {
    const nothing = undefined as never;

    expect(sessionsConfigErrorOf(() => new FileStore({ directory: nothing }))).toMatch(/directory/);
    expect(sessionsConfigErrorOf(() => new PostgresStore({ connectionString: nothing }))).toMatch(/connectionString/);
    expect(sessionsConfigErrorOf(() => new MemcachedStore({ servers: nothing }))).toMatch(/servers/);
  });
});
