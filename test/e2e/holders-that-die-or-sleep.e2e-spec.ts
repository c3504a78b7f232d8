import { setTimeout as pause } from 'node:timers/promises';
import { Browser, type Reply } from '../support/http/browser.js';
import { spawnApp, type SpawnedApp } from '../support/processes/child-process.js';
import { sharedStoreKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

/** Much longer than a busy machine keeps a process from renewing it. */
const LEASE = 1_500;
const lock = { lease: LEASE, wait: 20_000 };

describe.each(sharedStoreKinds)('A process that holds the lock, on $name,', (kind) => {
  let place: StorePlace;
  let here: TestApp;
  let there: SpawnedApp;
  let visitor: Browser;

  beforeAll(async () => {
    place = await kind.prepare();
    there = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), {
      env: { STORE: place.spec, LOCK: JSON.stringify(lock) },
    });
    here = await TestApp.start({
      controllers: [VisitsController],
      sessions: { store: place.open(), lock },
    });
  });

  beforeEach(async () => {
    visitor = here.browser();
    await visitor.post('/visits');
  });

  afterAll(async () => {
    await here.close();
    await place.dispose();
  });

  const visits = async (): Promise<number> => (await visitor.get('/session')).json<{ visits: number }>().visits;
  const control = (path: string, method = 'GET'): Promise<Reply> => new Browser(there.ready).request(path, { method });

  /** A visit in the other process that stops in the middle of its handler, with the lock. */
  async function visitThere(
    gate: string,
  ): Promise<{ reply: Promise<Reply | 'cut'>; finish: () => Promise<Reply | 'cut'> }> {
    const reply = visitor
      .at(there.ready)
      .post(`/visits/at/${gate}`)
      .catch((): 'cut' => 'cut');
    await control(`/gates/${gate}/reached`);
    const finish = async (): Promise<Reply | 'cut'> => {
      await control(`/gates/${gate}/open`, 'POST');
      return reply;
    };
    return { reply, finish };
  }

  it('keeps it while its handler runs, for longer than the lease', async () => {
    const slow = await visitThere('renewed');
    let isServed = false;
    const waiting = visitor.post('/visits').then((reply) => {
      isServed = true;
      return reply;
    });
    await pause(2.2 * LEASE);
    expect(isServed).toBe(false);

    expect(await slow.finish()).toMatchObject({ status: 201, text: '2' });
    expect(await waiting).toMatchObject({ status: 201, text: '3' });
  });

  it('loses it when it sleeps for longer than the lease, and then overwrites nothing that was acknowledged', async () => {
    const slow = await visitThere('asleep');
    there.process.kill('SIGSTOP');
    for (let n = 2; n <= 6; n += 1) {
      expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: String(n) });
    }
    there.process.kill('SIGCONT');

    expect(await slow.finish()).toMatchObject({ status: 409, setCookies: [] });
    expect(await visits()).toBe(6);
    expect((await control('/log')).text).toMatch(/SessionLockLostError: The lock of session [\w-]{8} was lost/);
  });

  it('loses it when it dies: the next one goes on with what was acknowledged', async () => {
    const slow = await visitThere('dead');
    const waiting = visitor.post('/visits');
    there.process.kill('SIGKILL');

    expect(await slow.reply).toBe('cut');
    expect(await waiting).toMatchObject({ status: 201, text: '2' });
    expect(await visits()).toBe(2);
  });
});
