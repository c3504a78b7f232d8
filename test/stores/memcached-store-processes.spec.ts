import { MemcachedStore } from 'nestjs-sessions/memcached';
import { spawnApp } from '../support/processes/child-process.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

describe('MemcachedStore, over two processes', () => {
  let server: MemcachedServer;
  let store: MemcachedStore;
  beforeAll(async () => {
    server = await MemcachedServer.shared();
    store = new MemcachedStore({ servers: server.address });
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  it('five clients in each, thirty increments each under the lock: none is lost', async () => {
    const trial = trialOf(store);
    const { id } = await trial.given('1');
    const env = { ADDRESS: server.address, ID: id, CLIENTS: '5', TIMES: '30' };
    const file = new URL('../support/processes/locked-increments.ts', import.meta.url);
    const processes = await Promise.all([spawnApp(file, { env }), spawnApp(file, { env })]);
    const exits = await Promise.all(processes.map(({ exited }) => exited));
    expect([exits.map(({ code }) => code), processes.map((one) => one.output())]).toEqual([
      [0, 0],
      ['', ''],
    ]);
    expect((await trial.found(id)).record.data).toBe('301');
    await trial.isFree(id);
  });
});
