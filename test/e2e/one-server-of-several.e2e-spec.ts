import { Sessions, SessionStore, type PartitionedStore } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { until } from '../support/basics/within.js';
import { turnClock } from '../support/basics/turn-clock.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { severalServers, type SeveralServers } from '../support/stores/several-servers.js';
import { hashOf, idOf } from '../support/stores/stored-sessions.js';

/* Sessions on three servers: when one is down, only the visitors whose sessions are there notice. */

/** In turns of the process; the client's own deadline, which is in real time, comes much later. */
const STORE_TIMEOUT = 400;
const VISITORS = 36;

const cases = [
  { name: 'memcached', way: 'stops' },
  { name: 'memcached', way: 'hangs' },
  { name: 'Redis, by node-redis', way: 'stops' },
  { name: 'Redis, by ioredis', way: 'hangs' },
] as const;

describe.each(cases)('Of three servers of $name, when one $way,', ({ name, way }) => {
  let place: SeveralServers;
  let app: TestApp;
  let unharmed: Browser[];
  let harmed: Browser[];

  beforeEach(async () => {
    place = await severalServers[name]();
    app = await startNotes({ sessions: { store: place.store, storeTimeout: STORE_TIMEOUT, clock: turnClock } });
    const visitors = Array.from({ length: VISITORS }, () => app.browser());
    await Promise.all(visitors.map((visitor) => visitor.post('/notes', { visits: 1 })));
    harmed = visitors.filter((visitor) => serverOf(visitor) === place.servers[0]?.part);
    unharmed = visitors.filter((visitor) => serverOf(visitor) !== place.servers[0]?.part);
    expect(harmed.length).toBeGreaterThan(0);
    await (way === 'stops' ? place.servers[0]?.stop() : place.servers[0]?.freeze());
  });
  afterEach(async () => {
    await app.close();
    await place.close();
  });

  function serverOf(visitor: Browser): string {
    return app.nest.get<PartitionedStore>(SessionStore).partOf(hashOf(idOf(visitor)));
  }

  async function statusesOf(replies: readonly Promise<{ status: number }>[]): Promise<number[]> {
    return [...new Set((await Promise.all(replies)).map(({ status }) => status))];
  }

  it('visitors of the others are served, and log in', async () => {
    expect(await statusesOf(unharmed.map((visitor) => visitor.get('/notes')))).toEqual([200]);
    expect(await statusesOf(unharmed.map((visitor) => visitor.post('/login')))).toEqual([201]);
    expect(await statusesOf(unharmed.map((visitor) => visitor.post('/notes', { visits: 2 })))).toEqual([201]);
    for (const visitor of unharmed) expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', visits: 2 });
  });

  it('new visitors get their sessions on the others, also all at once', async () => {
    const newcomers = Array.from({ length: VISITORS }, () => app.browser());
    expect(await statusesOf(newcomers.map((visitor) => visitor.post('/notes', { visits: 1 })))).toEqual([201]);
    for (const visitor of newcomers) expect((await visitor.get('/notes')).json()).toEqual({ visits: 1 });
  });

  it('its own visitors are told to come again, however many they are, and nobody else is', async () => {
    for (let round = 0; round < 3; round += 1) {
      const crowd = [...harmed, ...harmed, ...harmed].map((visitor) => visitor.clone().get('/notes'));
      expect(await statusesOf(crowd)).toEqual([503]);
      // Nothing in between that would close the circuit of the others.
      const [other] = unharmed;
      expect((await other?.get('/notes'))?.status).toBe(200);
    }
  });

  it('the end of a session on another one is heard by whoever watches it', async () => {
    const [other = app.browser()] = unharmed;
    const { cookieHeader } = other;
    await other.post('/logout');
    const sessions = app.nest.get(Sessions);
    const ends: string[] = [];
    for (const visitor of harmed) sessions.watch(visitor.cookieHeader, { onEnd: () => ends.push('not known') });
    sessions.watch(cookieHeader, { onEnd: () => ends.push('heard') });

    await until('the end is heard', () => ends.length > 0);
    expect(ends).toEqual(['heard']);
  });

  it('is used again as soon as it is back', async () => {
    await statusesOf(harmed.map((visitor) => visitor.get('/notes')));
    await place.servers[0]?.stop();
    await place.servers[0]?.start();
    const [visitor = app.browser()] = harmed;
    let reply = await visitor.get('/notes');
    await until('the server is used again', async () => (reply = await visitor.get('/notes')).status === 200);
    // It has forgotten everything.
    expect([reply.status, reply.text]).toEqual([200, '{}']);
  });
});

it.each(['memcached', 'Redis, by ioredis'] as const)(
  'When all of three servers of %s are down, a new visitor is told so once, and not made to wait for each',
  async (name) => {
    const { store, servers, close } = await severalServers[name]();
    const app = await startNotes({ sessions: { store, storeTimeout: STORE_TIMEOUT, clock: turnClock } });
    await Promise.all(servers.map((server) => server.stop()));
    const { status, setCookies } = await app.browser().post('/notes', { visits: 1 });
    expect([status, setCookies]).toEqual([503, []]);
    await app.close();
    await close();
  },
);
