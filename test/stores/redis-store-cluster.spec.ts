import { randomBytes } from 'node:crypto';
import { Cluster } from 'ioredis';
import { RedisStore, type RedisStoreOptions, type SendCommand } from 'nestjs-sessions/redis';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { createCluster } from 'redis';
import { type ContractHarness, HOUR, written } from '../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { RedisCluster } from '../support/servers/redis-cluster.js';
import { redisClients } from '../support/stores/redis-clients.js';
import { trialOf } from '../support/stores/trial-of.js';

interface OpenedCluster {
  readonly options: RedisStoreOptions;
  close(): void;
}

const ways = {
  ioredis: async ({ addresses }: RedisCluster): Promise<OpenedCluster> => {
    const client = new Cluster(addresses, { slotsRefreshTimeout: 5_000 });
    client.on('error', () => undefined);
    return { options: { client }, close: () => client.disconnect() };
  },
  'node-redis': async (cluster: RedisCluster): Promise<OpenedCluster> => {
    const client = await nodeRedisOn(cluster);
    return { options: { client }, close: () => client.destroy() };
  },
  // Which does not say that it leads to a Cluster.
  'a function that sends': async (cluster: RedisCluster): Promise<OpenedCluster> => {
    const client = await nodeRedisOn(cluster);
    const send: SendCommand = (key, command) => client.sendCommand(key, false, command);
    return { options: { send }, close: () => client.destroy() };
  },
};

async function nodeRedisOn({ addresses }: RedisCluster) {
  const client = createCluster({ rootNodes: addresses.map((socket) => ({ socket })) });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
}, 60_000);
afterAll(() => cluster.dispose());

/** As the servers say. */
async function nodeOf(key: string): Promise<string> {
  const slot = await cluster.nodes[0]!.ask('CLUSTER', 'KEYSLOT', key);
  return `127.0.0.1:${(await cluster.ownerOf(Number(slot))).port}`;
}

describe.each(Object.entries(ways))('RedisStore on a Cluster, with %s', (_, open) => {
  let opened: OpenedCluster;
  let store: RedisStore;
  let trial: ContractHarness;
  let logger: RecordingLogger;
  const prefix = `${randomBytes(6).toString('hex')}:`;
  beforeAll(async () => {
    opened = await open(cluster);
    logger = new RecordingLogger();
    store = new RedisStore({ ...opened.options, prefix });
    await store.start({ clock: new ManualClock(Date.now()), logger });
    trial = trialOf(store);
  });
  afterAll(async () => {
    await store.close();
    opened.close();
  });

  it('starts without a word', () => {
    expect(logger.lines).toEqual([]);
  });

  it('knows which node keeps a session, unless its client does not say so', async () => {
    const isSaid = opened.options.client !== undefined;
    for (const id of Array.from({ length: 20 }, () => trial.id())) {
      expect(store.partOf?.(id)).toBe(isSaid ? await nodeOf(prefix + id) : undefined);
    }
  });

  const contract = sessionStoreContract({
    create: () => new RedisStore({ ...opened.options, prefix: `${randomBytes(6).toString('hex')}:` }),
    destroy: (one) => one.close(),
  });
  for (const { name, run } of contract) it(`keeps the contract: ${name}`, run);

  it('leaves neither the old session nor a claim where a rotation was crossed by a save', async () => {
    for (let round = 0; round < 50; round += 1) {
      const { id: from, record, version } = await trial.given();
      const to = trial.id();
      const rotation = { from, to, record, guard: { version }, tombstoneUntil: Date.now() + HOUR };
      const [rotated, updated] = await Promise.all([
        store.rotate(rotation),
        store.update({ id: from, record: { ...record, data: 'new' }, guard: { version } }),
      ]);
      expect([rotated, updated].filter((won) => won !== false)).toHaveLength(1);
      expect((await store.load({ id: to })).status).toBe(rotated === false ? 'missing' : 'found');
      expect((await store.load({ id: from })).status).toBe(rotated === false ? 'found' : 'gone');
      // Somebody else may take the id that nothing came of.
      if (rotated === false) written(await store.create({ id: to, record }));
    }
  });

  it('serves sessions while their slot moves to another node, before, during and after', async () => {
    const { id, record, version } = await trial.given('0');
    const slot = Number(await cluster.nodes[0]!.ask('CLUSTER', 'KEYSLOT', prefix + id));
    let count = 0;
    let current = version;
    const use = async (): Promise<void> => {
      const { token, version: seen, record: found } = await trial.lock(id);
      expect([found.data, seen]).toEqual([String(count), current]);
      count += 1;
      const next = { ...record, data: String(count) };
      const guard = { version: seen, lock: { token, release: true } };
      current = written(await store.update({ id, record: next, guard }));
      expect((await trial.found(id)).record.data).toBe(String(count));
    };
    await use();
    await cluster.migrate(slot, use);
    await use();
    expect(count).toBeGreaterThanOrEqual(4);
    const rotation = {
      from: id,
      to: trial.id(),
      record,
      guard: { version: current },
      tombstoneUntil: Date.now() + HOUR,
    };
    written(await store.rotate(rotation));
    await trial.isGone(id, 'rotated');
  });
});

describe('RedisStore, with a plain client of a Cluster’s node', () => {
  it('says what to give it', async () => {
    const opened = redisClients.ioredis(cluster.nodes[0]!.url);
    await opened.connect();
    const store = new RedisStore({ client: opened.client });
    const start = store.start({ clock: new ManualClock(Date.now()), logger: new RecordingLogger() });
    // One of three nodes has the key.
    await start.catch((error: unknown) => expect(String(error)).toMatch(/give the store a Cluster client/));
    opened.close();
  });
});

it.each([
  { keyPrefix: 'app:', prefix: 'sessions:' },
  { keyPrefix: 'é{app}', prefix: 'sessions:' },
  { keyPrefix: '', prefix: '{}sessions{1}' },
  { keyPrefix: '}{', prefix: 'sessions:' },
])('RedisStore knows which node keeps a session, with the prefixes %j', async ({ keyPrefix, prefix }) => {
  const client = new Cluster(cluster.addresses, { keyPrefix });
  await client.ping();
  const store = new RedisStore({ client, prefix });
  const ids = Array.from({ length: 20 }, () => randomBytes(32).toString('base64url'));

  for (const id of ids) expect(store.partOf?.(id)).toBe(await nodeOf(keyPrefix + prefix + id));
  client.disconnect();
});
