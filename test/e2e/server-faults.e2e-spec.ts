import type { LockOptions, SessionStore } from 'nestjs-sessions';
import type { Browser, Reply } from '../support/http/browser.js';
import { CountedVisits, handlers } from '../support/http/counted-visits.js';
import type { Direction } from '../support/servers/fault-proxy.js';
import { networkedKinds, type NetworkedPlace } from '../support/stores/networked-stores.js';
import { TestApp } from '../support/http/test-app.js';

describe.each(networkedKinds)('A server behind a network, with $name,', (kind) => {
  let place: NetworkedPlace;
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    place = await kind.prepare();
    handlers.run = 0;
  });
  afterEach(async () => {
    await app.close();
    await place.dispose();
  });

  async function start(store: SessionStore, lock: LockOptions = {}, storeTimeout = 2_000): Promise<void> {
    app = await TestApp.start({ controllers: [CountedVisits], sessions: { store, lock, storeTimeout } });
    visitor = app.browser();
  }

  function expectOutage(reply: Reply): void {
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  it('that is down at the start keeps no application from starting, and is used as soon as it is up', async () => {
    const known = await TestApp.start({ controllers: [CountedVisits], sessions: { store: place.open() } });
    const earlier = known.browser();
    await earlier.post('/visits');
    await known.close();
    handlers.run = 0;
    await place.proxy.setMode('refuse');
    await start(place.open());

    expect(await visitor.get('/public')).toMatchObject({ status: 200 });
    for (let times = 0; times < 10; times += 1) expectOutage(await earlier.at(app.url).post('/visits'));
    expect(handlers.run).toBe(0);
    expectOutage(await visitor.post('/visits'));

    await place.proxy.setMode('ok');
    expect(await earlier.at(app.url).post('/visits')).toMatchObject({ status: 201, text: '2' });
    expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: '1' });
  });

  it.each<Direction>(['up', 'down'])(
    'wherever the conversation is cut (%s), a visit is counted or answered with 503, and what was acknowledged is kept',
    async (direction) => {
      // A lock whose release got lost is taken over soon.
      await start(place.open(), { lease: 500 });
      let visits = Number((await visitor.post('/visits')).text);
      let isCut = true;
      for (let bytes = 1; isCut; bytes += 37) {
        place.proxy.cutOnce(direction, bytes);
        const reply = await visitor.post('/visits');
        isCut = !place.proxy.withdrawCut();
        const isAcknowledged = reply.status === 201;
        if (!isAcknowledged) expectOutage(reply);

        const next = Number((await visitor.post('/visits')).text);
        // What was not acknowledged may have been stored all the same.
        expect([visits + 2, ...(isAcknowledged ? [] : [visits + 1])]).toContain(next);
        visits = next;
      }
    },
  );

  it('that is slow costs time and no visit, and its answers may come in pieces', async () => {
    // Each byte takes a turn of the event loop, which a busy machine makes long: how slow may be too slow is not tried here.
    await start(place.open(), { wait: 60_000, lease: 120_000 }, 60_000);
    await visitor.post('/visits');
    place.proxy.latency = 60;
    place.proxy.splits = true;
    const replies = await Promise.all([1, 2, 3].map(() => visitor.post('/visits')));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    place.proxy.latency = 0;
    expect((await visitor.post('/visits')).text).toBe('5');
  });
});
