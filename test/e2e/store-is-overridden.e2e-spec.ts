import { Injectable, type INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  InjectSessionStore,
  MemoryStore,
  Sessions,
  SessionsModule,
  SessionStore,
  type ClosableStore,
  type StoreContext,
  type SweepBatch,
} from 'nestjs-sessions';
import type { AddressInfo, Server } from 'node:net';
import { NEST } from '../support/basics/nest.js';
import { Browser } from '../support/http/browser.js';
import { NotesController } from '../support/http/notes-app.js';
import { LogBook } from '../support/http/test-app.js';

/** Notes what the module does with it. */
@Injectable()
class Kept extends MemoryStore implements ClosableStore {
  readonly events: string[] = [];

  override async start(context: StoreContext): Promise<void> {
    this.events.push('start');
    return super.start(context);
  }

  override async create(args: Parameters<MemoryStore['create']>[0]): ReturnType<MemoryStore['create']> {
    this.events.push('create');
    return super.create(args);
  }

  override async *sweep(options: Parameters<MemoryStore['sweep']>[0]): AsyncGenerator<SweepBatch> {
    this.events.push('sweep');
    yield* super.sweep(options);
  }

  async close(): Promise<void> {
    this.events.push('close');
  }
}

@Injectable()
class Injected {
  constructor(@InjectSessionStore() readonly store: SessionStore) {}
}

describe('overrideProvider(SessionStore)', () => {
  let real: Kept;
  let app: INestApplication;

  beforeEach(() => (real = new Kept()));

  function testing(isAsync = false): TestingModuleBuilder {
    const useFactory = (): { store: SessionStore } => ({ store: real });
    const sessions = isAsync ? SessionsModule.forRootAsync({ useFactory }) : SessionsModule.forRoot({ store: real });
    return Test.createTestingModule({
      imports: [sessions],
      controllers: [NotesController],
      providers: [Injected],
    }).setLogger(new LogBook());
  }

  /** An application as tests make it, that listens. */
  async function startWith(override: SessionStore | undefined, isAsync = false): Promise<Browser> {
    const builder = testing(isAsync);
    if (override !== undefined) builder.overrideProvider(SessionStore).useValue(override);
    app = (await builder.compile()).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    return new Browser(`http://127.0.0.1:${port}`);
  }

  async function use(browser: Browser): Promise<void> {
    expect((await browser.post('/notes', { a: 1 })).status).toBe(201);
    expect((await browser.post('/login')).status).toBe(201);
    expect((await browser.get('/notes')).json()).toEqual({ a: 1, user: 'ann' });
  }

  it.each([false, true])('puts another one in the place of that of the options (async: %s)', async (isAsync) => {
    const override = new Kept();
    await use(await startWith(override, isAsync));
    const sessions = app.get(Sessions);

    expect(app.get(Injected).store).toBe(override);
    expect([await sessions.count(), await override.count()]).toEqual([1, 1]);
    await sessions.cleanUp();
    await app.close();
    expect(override.events).toEqual(['start', 'create', 'sweep', 'close']);
    expect([real.events, await real.count()]).toEqual([[], 0]);
  });

  it('may refuse the start, as that of the options may', async () => {
    const broken = new Kept();
    broken.start = () => Promise.reject(new Error('the database of the tests is not there'));

    await expect(startWith(broken)).rejects.toThrow('the database of the tests is not there');
  });

  // To Nest 11, `undefined` is no override.
  it.each([...(NEST < 12 ? [] : [undefined]), null, {}, MemoryStore, new Map()])(
    'is refused like a wrong option: %p',
    async (override) => {
      const compiled = testing().overrideProvider(SessionStore).useValue(override).compile();

      await expect(compiled).rejects.toMatchObject({
        code: 'SESSIONS_CONFIG',
        message: expect.stringMatching(/^store must be /) as string,
      });
    },
  );

  it('is not needed: without it the store of the options is started, used and closed', async () => {
    await use(await startWith(undefined));

    expect(await app.get(Sessions).count()).toBe(1);
    await app.close();
    expect(real.events).toEqual(['start', 'create', 'close']);
  });
});
