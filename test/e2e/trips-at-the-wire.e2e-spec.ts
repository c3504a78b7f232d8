import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from '../support/http/browser.js';
import { TurnTrips } from '../support/stores/turn-trips.js';
import { PostgresTrips } from '../support/stores/postgres-trips.js';
import {
  onMemcached,
  onRedis,
  throughPg,
  throughTypeorm,
  type ProxiedStore,
} from '../support/stores/proxied-stores.js';
import { redisPackages } from '../support/stores/redis-clients.js';
import { TestApp } from '../support/http/test-app.js';
import { TripsController } from './apps/trips.controller.js';

describe.each([
  { name: 'PostgreSQL through pg', open: throughPg, Trips: PostgresTrips, toLock: 1, toWrite: 1 },
  { name: 'PostgreSQL through TypeORM', open: throughTypeorm, Trips: PostgresTrips, toLock: 1, toWrite: 1 },
  // It reads, and then writes if nobody else has; the holder of the lock knows what was read.
  { name: 'memcached', open: onMemcached, Trips: TurnTrips, toLock: 2, toWrite: 2 },
  ...redisPackages.map((way) => ({
    name: `Redis with ${way}`,
    open: onRedis(way),
    Trips: TurnTrips,
    toLock: 1,
    toWrite: 1,
  })),
])('Trips that a request waits for, as the server of $name sees them:', ({ open, Trips, toLock, toWrite }) => {
  let backend: ProxiedStore;
  let wire: PostgresTrips | TurnTrips;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    // No client asks meanwhile whether its connection lives.
    backend = await open({ connections: 1, timeout: 60_000 });
    wire = new Trips(backend.proxy);
    app = await TestApp.start({ controllers: [TripsController], sessions: { store: backend.store } });
    await checksAreOver();
  });
  beforeEach(async () => {
    visitor = app.browser();
    await visitor.get('/visit');
  });
  afterAll(async () => {
    await app.close();
    await backend.close();
  });

  /** On a busy machine the start of a store does not wait for its checks, which then go on over the wire. */
  async function checksAreOver(): Promise<void> {
    if (app.logs.matching(/cannot be used yet/).length === 0) return;
    while ((await wire.during(() => sleep(3_000))) > 0);
  }

  function trips(path: string, browser = visitor): Promise<number> {
    return wire.during(async () => expect((await browser.get(path)).status).toBe(200));
  }

  it('none for a route without the session', async () => {
    expect(await trips('/public')).toBe(0);
  });

  it('one for a first visit', async () => {
    expect(await trips('/visit', app.browser())).toBe(1);
  });

  it('one for read-only', async () => {
    expect(await trips('/read-only')).toBe(1);
  });

  it(`${toLock} to lock and load, and one to unlock, with what changed`, async () => {
    expect([await trips('/visit'), await trips('/read')]).toEqual([toLock + 1, toLock + 1]);
  });

  it(`one to read and ${toWrite} to write without the lock`, async () => {
    expect(await trips('/unlocked')).toBe(1 + toWrite);
  });

  it('one more for each save() on the way', async () => {
    expect(await trips('/saves-on-the-way')).toBe(toLock + 2);
  });
});
