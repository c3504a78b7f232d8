import {
  Controller,
  forwardRef,
  Get,
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type ForwardReference,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express, { type Express } from 'express';
import cluster from 'node:cluster';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FileStore,
  MemoryStore,
  RequireSession,
  Sessions,
  SessionsModule,
  SessionStore,
  type SessionsModuleOptions,
  type SessionsOptionsFactory,
  type StartableStore,
  type StoreContext,
} from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import type { ExpressPlatform } from '../../lib/http/express.platform.js';
import { HttpSessions } from '../../lib/http/http-sessions.js';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';
import { NotesController, startNotes } from '../support/http/notes-app.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { LogBook } from '../support/http/test-app.js';

type AsyncOptions = Parameters<typeof SessionsModule.forRootAsync>[0];

/** Why an application does not start. */
async function refusalOf(module: Type, adapter?: FastifyAdapter): Promise<string> {
  const settings = { logger: new LogBook(), abortOnError: false };
  try {
    const app = await (adapter ? NestFactory.create(module, adapter, settings) : NestFactory.create(module, settings));
    await app.init().finally(() => app.close());
  } catch (error) {
    expect(error).toMatchObject({ name: 'SessionsConfigError', code: 'SESSIONS_CONFIG' });
    return (error as Error).message;
  }
  return 'started';
}

function moduleWith(options: SessionsModuleOptions): Type {
  @Module({ imports: [SessionsModule.forRoot(options)], controllers: [NotesController] })
  class AppModule {}
  return AppModule;
}

function importing(...imports: (DynamicModule | ForwardReference | Type)[]): Type {
  @Module({ imports })
  class Importing {}
  return Importing;
}

@Injectable()
class Settings {
  readonly cookieName = 'from_settings';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class Options implements SessionsOptionsFactory {
  @Inject(Settings) private readonly settings!: Settings;

  createSessionsOptions(): Promise<SessionsModuleOptions> {
    return Promise.resolve({ cookie: { name: this.settings.cookieName } });
  }
}

@Module({ imports: [SettingsModule], providers: [Options], exports: [Options] })
class OptionsModule {}

describe('Options', () => {
  it.each<[string, AsyncOptions]>([
    [
      'useFactory',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: (...[settings]: unknown[]) => ({ cookie: { name: (settings as Settings).cookieName } }),
      },
    ],
    ['useClass', { imports: [SettingsModule], useClass: Options }],
    ['useExisting', { imports: [OptionsModule], useExisting: Options }],
  ])('may come from %s', async (_, options) => {
    const app = await startNotes({ imports: [SessionsModule.forRootAsync(options)], sessions: false });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });

    expect([...visitor.cookies.keys()]).toEqual(['from_settings']);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
  });

  it('that are wrong keep the application from starting, also when they come late', async () => {
    @Module({ imports: [SessionsModule.forRootAsync({ useFactory: async () => ({ timeout: -1 }) })] })
    class Late {}

    expect(await refusalOf(Late)).toMatch(/^timeout must be a duration/);
    expect(await refusalOf(moduleWith({ cleanup: { cron: 'now and then' } }))).toMatch(/^cleanup\.cron must be a cron/);
    expect(await refusalOf(moduleWith({ timeuot: 5 } as SessionsModuleOptions))).toMatch(/Did you mean "timeout"/);
  });

  it('of the store and of the module are the same everywhere: the module is global, unless told otherwise', async () => {
    @Injectable()
    class Elsewhere {
      @Inject(Sessions) readonly sessions!: Sessions;
      @Inject(SessionStore) readonly store!: SessionStore;
    }
    @Module({ providers: [Elsewhere] })
    class Feature {}
    const store = new MemoryStore();
    const app = await startNotes({ imports: [Feature], sessions: { store } });
    const local = { imports: [Feature, SessionsModule.forRoot({ store, isGlobal: false })], sessions: false } as const;

    expect(app.nest.get(Elsewhere, { strict: false }).store).toBe(store);
    await expect(startNotes({ ...local, imports: [...local.imports] })).rejects.toThrow(/can't resolve dependencies/);
  });
});

describe('SessionsModule', () => {
  it.each([null, 5, 'x', [], () => ({})])('refuses forRoot(%p), at the call', (options) => {
    expect(sessionsConfigErrorOf(() => SessionsModule.forRoot(options as never))).toMatch(
      /^SessionsModule\.forRoot\(\) must get an object of options, or nothing; it got /,
    );
  });

  it('refuses a promise of options, and says what to write', () => {
    expect(sessionsConfigErrorOf(() => SessionsModule.forRoot(Promise.resolve({}) as never))).toMatch(
      /got a promise.*forRootAsync/,
    );
  });

  it.each([undefined, null, 5, 'x', [], { imports: [] }, { useFactory: undefined }, { store: new MemoryStore() }])(
    'refuses forRootAsync(%p), at the call',
    (options) => {
      expect(sessionsConfigErrorOf(() => SessionsModule.forRootAsync(options as never))).toMatch(
        /^SessionsModule\.forRootAsync\(\)/,
      );
    },
  );

  it.each([undefined, null, 'true'])('refuses isGlobal: %p, which would silently be false', (isGlobal) => {
    const options = { isGlobal, useFactory: () => ({}) } as never;

    expect(sessionsConfigErrorOf(() => SessionsModule.forRoot({ isGlobal } as never))).toMatch(/^isGlobal /);
    expect(sessionsConfigErrorOf(() => SessionsModule.forRootAsync(options))).toMatch(/isGlobal (must be|is) /);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /^The factory of SessionsModule\.forRootAsync\(\) must return .*; it returned undefined$/],
    [null, /returned null$/],
    [5, /returned 5$/],
    [[], /returned an array$/],
    [{ isGlobal: false }, /^isGlobal must stand beside useFactory/],
    [{ secret: undefined }, /^secret is undefined: leave it out/],
  ])('keeps an application from starting whose factory returns %p', async (options, message) => {
    expect(await refusalOf(importing(SessionsModule.forRootAsync({ useFactory: () => options as never })))).toMatch(
      message,
    );
  });

  it('imported without forRoot() keeps the application from starting, and says what to write', async () => {
    expect(await refusalOf(importing(SessionsModule))).toMatch(
      /^SessionsModule is imported without forRoot\(\)\. Import SessionsModule\.forRoot\(\) once, in the root module/,
    );
  });

  const sessions = (): DynamicModule => SessionsModule.forRoot();
  const later = (): DynamicModule => SessionsModule.forRootAsync({ useFactory: () => ({}) });
  it.each<[string, () => Type]>([
    ['forRoot() beside forRoot()', () => importing(sessions(), sessions())],
    ['forRoot() beside forRootAsync()', () => importing(sessions(), later())],
    ['forRoot() in a feature module', () => importing(sessions(), importing(sessions()))],
    ['forRootAsync() in two feature modules', () => importing(importing(later()), importing(later()))],
    ['no global module', () => importing(...[1, 2].map(() => SessionsModule.forRoot({ isGlobal: false })))],
  ])('keeps an application from starting that imports it twice: %s', async (_, module) => {
    expect(await refusalOf(module())).toMatch(
      /^SessionsModule is imported 2 times \(by Importing(, Importing)?\)\. Import SessionsModule\.forRoot\(\) once, in the root module\. It is global/,
    );
  });

  it('keeps an application from starting that imports it twice, beside other modules and where nobody sees by whom', async () => {
    const beside = importing(
      forwardRef(() => SettingsModule),
      SettingsModule,
      sessions(),
    );
    @Module({})
    class Dynamic {}
    const dynamic = (): DynamicModule => ({ module: Dynamic, imports: [sessions()] });

    expect(await refusalOf(importing(beside, sessions()))).toMatch(/imported 2 times \(by Importing, Importing\)\. /);
    expect(await refusalOf(importing(dynamic(), dynamic()))).toMatch(/imported 2 times\. Import /);
  });

  it('imported twice starts no store', async () => {
    let started = 0;
    const store = (): SessionStore => Object.assign(new MemoryStore(), { start: async () => void (started += 1) });

    await refusalOf(importing(SessionsModule.forRoot({ store: store() }), SessionsModule.forRoot({ store: store() })));
    expect(started).toBe(0);
  });

  it('of another copy of the package is found as well', async () => {
    class Copy {
      readonly name = 'SessionsModule';
    }
    Reflect.set(Copy, Symbol.for('nestjs-sessions: module'), true);

    expect(await refusalOf(importing(sessions(), Copy))).toMatch(/2 times .*, from two copies of the package/);
  });

  it('of another copy of the package does nothing for @RequireSession() of this one, which says so', async () => {
    @Controller()
    class Requiring {
      @Get() @RequireSession() get(): void {}
    }
    @Module({ controllers: [Requiring] })
    class Copy {}
    Reflect.set(Copy, Symbol.for('nestjs-sessions: module'), true);

    expect(await refusalOf(Copy)).toBe(
      '@RequireSession() and SessionsModule are from two copies of the package nestjs-sessions (npm ls nestjs-sessions shows ' +
        'where they are). Both must be of one: reinstall, or deduplicate',
    );
  });

  it('imported by several modules as one and the same module is one', async () => {
    const one = sessions();

    expect(await refusalOf(importing(one, importing(one)))).toBe('started');
  });

  it('of several applications of one process is one for each', async () => {
    const apps = [await startNotes(), await startNotes({ sessions: { cookie: { name: 'other' } } })];
    for (const [n, app] of apps.entries()) await app.browser().post('/notes', { n });

    expect(await Promise.all(apps.map((app) => app.nest.get(Sessions).count()))).toEqual([1, 1]);
  });
});

describe('The platform of an application', () => {
  const onExpress = (instance: Express, sessions: SessionsModuleOptions = {}): Promise<INestApplication> =>
    NestFactory.create(moduleWith(sessions), new ExpressAdapter(instance), {
      logger: new LogBook(),
      abortOnError: false,
    });

  it('may be Fastify', async () => {
    expect(await refusalOf(moduleWith({}), new FastifyAdapter())).toBe('started');
  });

  it('may be an Express that the application is given, for one with sessions at a time: a second one is refused', async () => {
    const instance = express();
    const first = await onExpress(instance);
    await first.init();
    const second = await onExpress(instance);

    await expect(second.init()).rejects.toThrow(/^SessionsModule is mounted twice on one application/);

    await second.close();
    await expect((await onExpress(instance)).init()).rejects.toThrow(/^SessionsModule is mounted twice/);
    await first.close();
    const next = await onExpress(instance);
    await next.init();
    // An application that is closed once more takes nothing from the one that has come after it.
    await first.close();
    expect(Object.hasOwn(instance.request, 'session')).toBe(true);
    await next.close();
  });

  it.each<[string, SessionsModuleOptions]>([
    ['', {}],
    [', in the manner of express-session', { compatibility: expressSession() }],
  ])('may be an Express that is given, which gets its own back for the next application%s', async (_, sessions) => {
    const instance = express();
    instance.response.end = Object.assign(instance.response.end.bind(instance.response), { isOwn: true });
    const handle = (): undefined => undefined;
    Object.assign(instance.router, { handle });
    const parts = [instance.request, instance.response, instance.router] as object[];
    const before = parts.map((part) => Object.getOwnPropertyDescriptors(part));
    const app = await onExpress(instance, sessions);
    await app.init();
    expect(parts.map((part) => Object.getOwnPropertyDescriptors(part))).not.toEqual(before);

    await app.close();
    // As the platform of the next one does.
    (app.get(HttpSessions).platform as ExpressPlatform).unmount();

    const after = parts.map((part) => Object.getOwnPropertyDescriptors(part));
    // Routes stay.
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(Object.keys(after[2] ?? {})).toEqual(Object.keys(before[2] ?? {}));
    expect(Reflect.get(instance.router, 'handle')).toBe(handle);
  });

  it('has to be new enough, on Fastify: the error says which version is', async () => {
    const old = Object.assign(new FastifyAdapter(), { setOnRequestHook: undefined });

    expect(await refusalOf(moduleWith({}), old)).toBe('SessionsModule needs @nestjs/platform-fastify 11.1.6 or newer');
  });

  it('has to be known: the error says which ones are', async () => {
    const unknown = Object.assign(new FastifyAdapter(), { getType: () => 'other' });

    expect(await refusalOf(moduleWith({}), unknown)).toBe(
      'SessionsModule works with @nestjs/platform-express and @nestjs/platform-fastify, not with other',
    );
  });
});

describe('A duration that was meant in another unit', () => {
  it.each([
    [{ timeout: 60 }, ['timeout is 60 ms']],
    [{ timeout: 999, absoluteTimeout: 24 }, ['timeout is 999 ms', 'absoluteTimeout is 24 ms']],
    [{ timeout: 1_000, absoluteTimeout: 86_400 }, []],
  ])('is a warning that names the unit: %j', async (sessions, warnings) => {
    const app = await startNotes({ sessions });

    expect(app.logs.matching(/./, 'warn')).toEqual(
      warnings.map((warning) =>
        expect.stringContaining(`${warning}: sessions hardly outlive a request. Durations are in`),
      ),
    );
  });
});

describe('MemoryStore', () => {
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
    Reflect.set(cluster, 'isWorker', false);
  });

  it.each<[string, () => void, RegExp | undefined]>([
    ['in production', () => (process.env['NODE_ENV'] = 'production'), /MemoryStore loses every session.*FileStore/],
    [
      'in one of several workers',
      () => Reflect.set(cluster, 'isWorker', true),
      /MemoryStore keeps sessions in one process.*FileStore/,
    ],
    ['otherwise', () => undefined, undefined],
  ])('warns %s, once', async (_, prepare, message) => {
    prepare();
    const app = await startNotes();

    expect(app.logs.matching(/./, 'warn')).toEqual(message === undefined ? [] : [expect.stringMatching(message)]);
  });
});

describe('FileStore', () => {
  it.each<[string, (path: string) => Promise<string>]>([
    [
      'is a file',
      async (path) => {
        await writeFile(path, '');
        return path;
      },
    ],
    [
      'lies below a file',
      async (path) => {
        await writeFile(path, '');
        return join(path, 'sessions');
      },
    ],
    [
      'is a link',
      async (path) => {
        await symlink(tmpdir(), path);
        return path;
      },
    ],
    [
      'is open to others',
      async (path) => {
        await mkdir(path);
        await chmod(path, 0o777);
        return path;
      },
    ],
  ])('keeps the application from starting when its directory %s, and names it', async (_, spoil) => {
    const directory = await spoil(await temporaryDirectory());

    expect(await refusalOf(moduleWith({ store: new FileStore({ directory }) }))).toContain(directory);
  });
});

describe('A store', () => {
  it('is started before the first request with the clock and the logger; what it refuses ends the start-up', async () => {
    let context: StoreContext | undefined;
    class Picky extends MemoryStore implements StartableStore {
      override start(given: StoreContext): Promise<void> {
        context = given;
        return super.start(given);
      }
    }
    await startNotes({ sessions: { store: new Picky(), clock: { now: () => 5 } } });
    expect(context?.clock.now()).toBe(5);
    expect(context?.clock.monotonic()).toEqual(expect.any(Number));
    expect(context?.logger.warn).toEqual(expect.any(Function));
  });
});
