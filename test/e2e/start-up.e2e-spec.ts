import { Inject, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import cluster from 'node:cluster';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FileStore,
  MemoryStore,
  Sessions,
  SessionsModule,
  SessionStore,
  type SessionsModuleOptions,
  type SessionsOptionsFactory,
  type StartableStore,
  type StoreContext,
} from 'nestjs-sessions';
import { NotesController, startNotes } from '../support/notes-app.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { LogBook } from '../support/test-app.js';

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

describe('A Fastify application', () => {
  it('does not start, and the error says what is supported', async () => {
    expect(await refusalOf(moduleWith({}), new FastifyAdapter())).toBe(
      'SessionsModule works with @nestjs/platform-express; fastify is not supported yet',
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
