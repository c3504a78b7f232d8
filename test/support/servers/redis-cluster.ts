import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { askRedis, RedisServer, type RedisSettings } from './redis-server.js';

const MASTERS = 3;
const SLOTS = 16_384;
const MEET_LIMIT = 30_000;

export interface RedisClusterOptions {
  readonly hasReplicas?: boolean;
  readonly settings?: RedisSettings;
}

/** A real Cluster of three nodes with a third of the slots each, and a replica for each of them. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start({ hasReplicas = false, settings: own = {} }: RedisClusterOptions = {}): Promise<RedisCluster> {
    // A machine that stands still for a while is no node that is down.
    const usual = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '4000', 'repl-diskless-sync-delay': '0' };
    const settings = { ...usual, ...own };
    const count = hasReplicas ? 2 * MASTERS : MASTERS;
    const start = async (): Promise<RedisServer> => {
      // By default it is 10,000 above the other port, which may be somebody's whom the system gave any port.
      const ownPort = { 'cluster-port': String(await freePort()) };
      return RedisServer.start({ ...settings, ...ownPort });
    };
    const cluster = new RedisCluster(await Promise.all(Array.from({ length: count }, start)));
    await cluster.#join(cluster.nodes.slice(0, MASTERS));
    await cluster.#replicate(cluster.nodes.slice(MASTERS));
    return cluster;
  }

  get addresses(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** Which node serves this slot now. */
  async ownerOf(slot: number): Promise<RedisServer> {
    const shards = (await this.#askAny('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    const port = shards.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
    const owner = this.nodes.find((node) => node.port === port);
    if (owner === undefined) throw new Error(`nobody serves slot ${slot}`);
    return owner;
  }

  /** Moves a slot with all its keys to the next node, one key at a time, as resharding does it. */
  async migrate(slot: number, afterEachKey: () => Promise<void> = async () => {}): Promise<void> {
    const from = await this.ownerOf(slot);
    const masters = this.nodes.slice(0, MASTERS);
    const to = masters[(masters.indexOf(from) + 1) % MASTERS];
    if (to === undefined) throw new Error('there is no other node');
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await to.ask('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', fromId);
    await from.ask('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', toId);
    await afterEachKey();
    for (;;) {
      const keys = (await from.ask('CLUSTER', 'GETKEYSINSLOT', String(slot), '1')) as string[];
      const [key] = keys;
      if (key === undefined) break;
      await from.ask('MIGRATE', '127.0.0.1', String(to.port), key, '0', '5000');
      await afterEachKey();
    }
    for (const node of [to, from]) await node.ask('CLUSTER', 'SETSLOT', String(slot), 'NODE', toId);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
  }

  async #join(masters: readonly RedisServer[]): Promise<void> {
    const [first] = masters;
    const share = Math.ceil(SLOTS / MASTERS);
    for (const [n, node] of masters.entries()) {
      const end = Math.min((n + 1) * share, SLOTS) - 1;
      await node.ask('CLUSTER', 'ADDSLOTSRANGE', String(n * share), String(end));
      await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
    }
    for (const node of this.nodes.slice(1)) {
      const [, clusterPort = ''] = (await node.ask('CONFIG', 'GET', 'cluster-port')) as string[];
      await first?.ask('CLUSTER', 'MEET', '127.0.0.1', String(node.port), clusterPort);
    }
    await this.#until(async (node) => {
      const info = String(await node.ask('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${this.nodes.length}`);
    });
  }

  async #replicate(replicas: readonly RedisServer[]): Promise<void> {
    for (const [n, replica] of replicas.entries()) {
      const master = this.nodes[n];
      if (master) await replica.ask('CLUSTER', 'REPLICATE', await idOf(master));
    }
    await this.#until(async (node) => {
      const info = String(await node.ask('INFO', 'replication'));
      return replicas.length === 0 || /master_link_status:up|connected_slaves:1/.test(info);
    });
  }

  async #until(isReady: (node: RedisServer) => Promise<boolean>): Promise<void> {
    const started = Date.now();
    for (const node of this.nodes) {
      while (!(await isReady(node))) {
        if (Date.now() - started > MEET_LIMIT) throw new Error('the nodes of the Cluster do not come together');
        await sleep(50);
      }
    }
  }

  async #askAny(command: string, ...args: string[]): Promise<unknown> {
    for (const node of this.nodes) {
      const answer = await askRedis(node.url, command, ...args).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error('no node of the Cluster answers');
  }
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.ask('CLUSTER', 'MYID'));
}
