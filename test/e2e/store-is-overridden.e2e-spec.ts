import { Injectable, type INestApplication } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  InjectSessionStore,
  MemoryStore,
  Sessions,
  SessionsModule,
  SessionStore,
  type ClosableStore,
  type StoreContext,
} from 'nestjs-sessions';
import type { AddressInfo, Server } from 'node:net';
import { Browser } from '../support/http/browser.js';
import { NotesController } from '../support/http/notes-app.js';
import { LogBook } from '../support/http/test-app.js';

@Injectable()
class Kept extends MemoryStore implements ClosableStore {
  readonly events: string[] = [];

  override async start(context: StoreContext): Promise<void> {
    this.events.push('start');
    return super.start(context);
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

  /** An application as tests make it, that listens. */
  async function startWith(override: SessionStore | undefined, isAsync = false): Promise<Browser> {
    const useFactory = (): { store: SessionStore } => ({ store: real });
    const sessions = isAsync ? SessionsModule.forRootAsync({ useFactory }) : SessionsModule.forRoot({ store: real });
    const builder = Test.createTestingModule({
      imports: [sessions],
      controllers: [NotesController],
      providers: [Injected],
    }).setLogger(new LogBook());
    if (override !== undefined) builder.overrideProvider(SessionStore).useValue(override);
    const module: TestingModule = await builder.compile();
    app = module.createNestApplication();
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
    expect(override.events).toEqual(['start', 'close']);
    expect([real.events, await real.count()]).toEqual([[], 0]);
  });

  it('may refuse the start, as that of the options may', async () => {
    const broken = new Kept();
    broken.start = () => Promise.reject(new Error('the database of the tests is not there'));

    await expect(startWith(broken)).rejects.toThrow('the database of the tests is not there');
  });

  it('is not needed: without it the store of the options is started, used and closed', async () => {
    await use(await startWith(undefined));

    expect(await app.get(Sessions).count()).toBe(1);
    await app.close();
    expect(real.events).toEqual(['start', 'close']);
  });
});
