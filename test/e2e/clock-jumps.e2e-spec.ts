import { setTimeout as pause } from 'node:timers/promises';
import { hours } from 'nestjs-sessions';
import { Browser, type Reply } from '../support/http/browser.js';
import { spawnApp, type SpawnedApp } from '../support/processes/child-process.js';
import { FakeTime } from '../support/basics/fake-time.js';
import { sharedStoreKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const lock = { lease: 900, wait: 20_000 };

describe.each(sharedStoreKinds)('A clock that jumps in one of two processes, on $name,', (kind) => {
  let place: StorePlace;
  let time: FakeTime;
  let there: SpawnedApp;
  let here: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    place = await kind.prepare();
    time = await FakeTime.prepare();
    const env = { STORE: place.spec, LOCK: JSON.stringify(lock), ...time.env };
    there = await spawnApp(new URL('./apps/faults.app.ts', import.meta.url), { env });
    here = await TestApp.start({
      controllers: [VisitsController],
      sessions: { store: place.open(), timeout: hours(3), lock },
    });
  });
  beforeEach(async () => {
    await time.jump('+0');
    visitor = here.browser();
    await visitor.post('/visits');
  });
  afterAll(async () => {
    await here.close();
    await place.dispose();
  });

  const control = (path: string, method = 'GET'): Promise<Reply> => new Browser(there.ready).request(path, { method });

  it.each(['+1h', '-1h'])('loses no acknowledged visit, whoever holds the lock meanwhile: %s', async (offset) => {
    const name = `jump${offset}`;
    const slow = visitor.at(there.ready).post(`/visits/at/${name}`);
    await control(`/gates/${name}/reached`);
    await time.jump(offset);
    const waiting = visitor.post('/visits');
    // The lease is renewed by the clock that has jumped.
    await pause(1.5 * lock.lease);
    await control(`/gates/${name}/open`, 'POST');
    const held = [await slow, await waiting];
    // The clock of a database has not jumped, and neither have the leases.
    if (kind.name.startsWith('postgres')) expect(held.map(({ status }) => status)).toEqual([201, 201]);

    const others = await Promise.all(
      [1, 2, 3].flatMap(() => [visitor.post('/visits'), visitor.at(there.ready).post('/visits')]),
    );
    const replies = [...held, ...others];
    for (const { status } of replies) expect([201, 409]).toContain(status);
    const acknowledged = replies.filter(({ status }) => status === 201).length;
    await time.jump('+0');
    expect((await visitor.get('/session')).json()).toEqual({ visits: 1 + acknowledged });
  });

  it.each([
    ['+179m', '{"visits":1}'],
    ['+181m', '{}'],
  ])('ends a session there, as early as it is wrong, and nowhere else: %s', async (offset, found) => {
    const visits = async (url: string): Promise<string> => (await visitor.at(url).get('/session')).text;
    await time.jump(offset);
    expect(await visits(there.ready)).toBe(found);
    expect(await visits(here.url)).toBe('{"visits":1}');
    await time.jump('+0');
    expect(await visits(there.ready)).toBe('{"visits":1}');
  });
});
