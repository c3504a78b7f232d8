import { connect } from 'node:net';
import { SessionStoreError } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { systemClock } from '../../lib/session/clock.js';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { until } from '../support/basics/within.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

/** What hangs is given up after this. */
const PATIENCE = 3_000;
/** What is not given up takes longer than this, or for ever; a busy machine does not. */
const NEVER = 60_000;

describe('MemcachedStore, when the network or the server fails', () => {
  let server: MemcachedServer;
  let proxy: FaultProxy;
  let store: MemcachedStore;
  let trial: ContractHarness;

  beforeAll(async () => {
    server = await MemcachedServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    proxy = await FaultProxy.to(server.port);
    store = new MemcachedStore({ servers: proxy.address, commandTimeout: PATIENCE });
    trial = trialOf(store);
  });
  afterEach(async () => {
    await store.close();
    proxy.close();
  });

  it('fifty first requests at the same time are answered at once', async () => {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const fresh = new MemcachedStore({ servers: server.address, commandTimeout: NEVER });
      const started = performance.now();
      await Promise.all(Array.from({ length: 50 }, () => trialOf(fresh).given()));
      times.push(performance.now() - started);
      await fresh.close();
    }
    // The package's own way takes them a second each time, however fast the machine is.
    expect(Math.min(...times)).toBeLessThan(800);
  });

  it('five hundred first requests at the same time are all answered', async () => {
    const patient = new MemcachedStore({ servers: server.address, commandTimeout: NEVER });
    await Promise.all(Array.from({ length: 500 }, () => trialOf(patient).given()));
    await patient.close();
  });

  it('a server that is not there is an error at once and not after 100 seconds, each time', async () => {
    await proxy.setMode('refuse');
    // What the network says, and not that its time was over.
    const isRefused = (): Promise<void> => expect(store.load({ id: trial.id() })).rejects.toThrow('ECONNREFUSED');
    for (let times = 0; times < 5; times += 1) await isRefused();
    await Promise.all(Array.from({ length: 50 }, isRefused));
  });

  it('a server that comes up after the application serves the next request', async () => {
    await proxy.setMode('refuse');
    await Promise.all(Array.from({ length: 20 }, () => timeToFail(() => store.load({ id: trial.id() }))));
    await proxy.setMode('ok');
    const { id } = await trial.given();
    await trial.found(id);
  });

  it('a connection that breaks in the middle costs no read, and a write is an error at once', async () => {
    const { id } = await trial.given();
    proxy.latency = 100;
    const reading = trial.found(id);
    const writing = expect(trial.given()).rejects.toThrow('the connection was closed');
    await trial.wait(50);
    proxy.killAll();
    await writing;
    await reading;
    proxy.latency = 0;
    await trial.found(id);
  });

  it('a connection that hangs is given up in time, and the next request has another', async () => {
    const { id } = await trial.given();
    const before = await server.stats();
    await proxy.setMode('blackhole');
    const burst = Array.from({ length: 10 }, () => timeToFail(() => store.load({ id })));
    const times = await Promise.all(burst);
    expect(Math.min(...times)).toBeGreaterThan(PATIENCE - 50);
    expect(Math.max(...times)).toBeLessThan(NEVER);
    await proxy.setMode('ok');
    await trial.found(id);
    const { total_connections: now = 0 } = await server.stats();
    const made = now - (before['total_connections'] ?? 0);
    // One for these statistics, one that took the place of those that hung, and those by which the reads were sent again: each
    // its own where they came before the first was open.
    expect(made).toBeGreaterThanOrEqual(2);
    expect(made).toBeLessThanOrEqual(2 + burst.length);
  });

  it('a connection that was forgotten is replaced, and costs a read a quarter of its time', async () => {
    const { id } = await trial.given();
    await trial.found(id);
    proxy.forgetConnections();
    await trial.found(id);
    await trial.found(id);
    expect(proxy.connections).toBeGreaterThan(0);
  });

  it('it costs a quarter of what a request has, where that is less, and the operator is told of it', async () => {
    const logger = new RecordingLogger();
    const patient = new MemcachedStore({ servers: proxy.address, commandTimeout: NEVER });
    await patient.start({ clock: systemClock, logger, storeTimeout: 8_000 });
    const { id } = await trialOf(patient).given();
    proxy.forgetConnections();
    await trialOf(patient).found(id);
    expect(logger.messages('warn')).toEqual([
      'MemcachedStore: a connection to memcached did not answer, and a new one did, so it was replaced. Does a firewall or a load ' +
        'balancer drop idle connections?',
    ]);
    await patient.close();
  });

  it('a server that has no connection to spare is called that', async () => {
    const small = await MemcachedServer.start(['-c', '60']);
    const others = Array.from({ length: 120 }, () => connect(small.port, '127.0.0.1').on('error', () => undefined));
    const crowded = new MemcachedStore({ servers: small.address, commandTimeout: NEVER });
    const failure = (): Promise<string> => crowded.load({ id: trial.id() }).then(String, String);
    await until('It is called that', async () =>
      (await failure()).includes('failed: it has no connection to spare (-c)'),
    );
    for (const other of others) other.destroy();
    await until('It serves again', async () => (await failure()) === '[object Object]');
    await Promise.all([crowded.close(), small.stop()]);
  });

  it('answers that come byte by byte are understood', async () => {
    proxy.splits = true;
    const { id, record } = await trial.given(JSON.stringify({ text: 'grün 👩‍👩‍👧\r\nEND\r\n' }));
    expect((await trial.found(id)).record).toEqual(record);
  });

  it.each(['up', 'down'] as const)(
    'wherever a conversation is cut (%s), a write happened whole or not at all, and its error says nothing else',
    async (direction) => {
      const outside = trialOf(new MemcachedStore({ servers: server.address }));
      let isCut = true;
      for (let bytes = 1; isCut; bytes += 13) {
        const { id, record } = await outside.given('{"old":1}');
        proxy.cutOnce(direction, bytes);
        const work = trial.found(id).then(({ version }) => {
          return store.update({ id, record: { ...record, data: '{"new":1}' }, guard: { version } });
        });
        const outcome = await work.then(written, (error: unknown) => error);
        isCut = !proxy.withdrawCut();
        const { record: kept, version } = await outside.found(id);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(SessionStoreError);
          expect(['{"old":1}', '{"new":1}']).toContain(kept.data);
        } else {
          expect([kept.data, version]).toEqual(['{"new":1}', outcome]);
        }
      }
      await (outside.store as MemcachedStore).close();
    },
  );

  it('after the store is closed no connection is left', async () => {
    await Promise.all(Array.from({ length: 20 }, () => trial.given()));
    expect(proxy.connections).toBeGreaterThan(0);
    await store.close();
    await until('No connection is left', () => proxy.connections === 0);
  });
});

describe('MemcachedStore, with several servers', () => {
  it('keeps each session on one of them, and when that is down serves those of the others', async () => {
    const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start(), MemcachedServer.start()]);
    const addresses = servers.map(({ address }) => address);
    const store = new MemcachedStore({ servers: addresses });
    const trial = trialOf(store);
    const ids = (await Promise.all(Array.from({ length: 60 }, () => trial.given()))).map(({ id }) => id);
    for (const server of servers) expect(await server.stats()).not.toMatchObject({ curr_items: 0 });

    const [first] = servers;
    const { curr_items: items = 0 } = await first.stats();
    await first.stop();
    const answers = await Promise.allSettled(ids.map((id) => store.load({ id })));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(items);

    // The order of the list does not matter, and a server less moves no session of the others.
    const others = new MemcachedStore({ servers: addresses.slice(1).reverse() });
    const found = await Promise.all(ids.map((id) => others.load({ id })));
    expect(found.filter(({ status }) => status === 'found')).toHaveLength(60 - items);
    await Promise.all([store.close(), others.close(), ...servers.map((server) => server.stop())]);
  });
});

async function timeToFail(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await expect(work()).rejects.toThrow(SessionStoreError);
  return performance.now() - started;
}
