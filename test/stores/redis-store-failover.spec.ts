import { Cluster } from 'ioredis';
import { RedisStore } from 'nestjs-sessions/redis';
import { written } from '../../lib/testing/contract/harness.js';
import { RedisCluster } from '../support/servers/redis-cluster.js';
import { trialOf } from '../support/stores/trial-of.js';
import { whenBack } from '../support/stores/when-back.js';

const SESSIONS = 30;

describe('RedisStore on a Cluster, when a node is killed and its replica takes its place', () => {
  it('has what was replicated: sessions with their versions and locks, and tombstones', async () => {
    const cluster = await RedisCluster.start({ hasReplicas: true });
    const client = new Cluster(cluster.addresses);
    client.on('error', () => undefined);
    const store = new RedisStore({ client });
    const trial = trialOf(store);
    const locked = await Promise.all(Array.from({ length: SESSIONS }, () => trial.givenLocked()));
    const ended = await Promise.all(Array.from({ length: SESSIONS }, () => trial.givenGone()));
    const moved = await Promise.all(Array.from({ length: SESSIONS }, () => trial.givenRotated()));
    for (const node of cluster.nodes.slice(0, 3)) await node.untilReplicated();

    await cluster.nodes[0]!.stop();
    for (const { id, record, version, token } of locked) {
      expect(await whenBack(() => store.load({ id }))).toEqual({ status: 'found', record, version });
      await trial.isLocked(id);
      const guard = { version, lock: { token, release: true } };
      written(await store.update({ id, record, guard }));
    }
    for (const { id } of ended) await whenBack(() => trial.isGone(id, 'destroyed'));
    for (const { id } of moved) await whenBack(() => trial.isGone(id, 'rotated'));
    client.disconnect();
    await cluster.dispose();
  }, 60_000);
});
