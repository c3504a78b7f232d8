import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import type { Place } from './place.js';

const PREFIX = 'sessions:';
/** memcached's clock ticks once a second, lifetimes are rounded up to one, and the dump shows one more. */
const WHOLE_SECONDS = 3_000;
/** A dump leaves out what somebody uses, or the server moves, at that moment: about one key in fifty when all are in use. */
const DUMPS = 5;
const BETWEEN_DUMPS = 100;

/** One server, which each process reaches through a proxy of its own. */
export async function memcachedPlace(processes: number): Promise<Place> {
  const server = await MemcachedServer.start();
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(server.port)));
  return {
    specs: proxies.map((proxy) => ({ kind: 'memcached', addresses: [proxy.address] })),
    proxies,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    ...contentsOf([server]),
    dispose: async () => {
      for (const proxy of proxies) proxy.close();
      await server.stop();
    },
  };
}

/** Three servers. All processes know them by the same addresses, by which a session has its server: so there are no proxies. */
export async function threeMemcachedPlace(processes: number): Promise<Place> {
  const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start(), MemcachedServer.start()]);
  const addresses = servers.map(({ address }) => address);
  let next = 0;
  return {
    specs: Array.from({ length: processes }, () => ({ kind: 'memcached', addresses })),
    proxies: [],
    loseOne: async (milliseconds) => {
      const server = servers[next++ % servers.length];
      await server?.stop();
      await sleep(milliseconds);
      await server?.start();
    },
    ...contentsOf(servers),
    dispose: async () => {
      for (const server of servers) await server.stop();
    },
  };
}

function contentsOf(servers: readonly MemcachedServer[]): Pick<Place, 'keys' | 'dump' | 'leftovers'> {
  const entries = async (): Promise<(readonly [key: string, value: string])[]> => {
    const found: (readonly [string, string])[] = [];
    for (const server of servers) {
      for (const key of await keysOf(server)) {
        found.push([key, (await server.ask(`get ${key}`)).slice(1, -1).join('\n')]);
      }
    }
    return found;
  };
  return {
    keys: async () => (await Promise.all(servers.map(keysOf))).flat().map((key) => key.slice(PREFIX.length)),
    dump: async () => (await entries()).flat().join('\n'),
    leftovers: async () => {
      await sleep(WHOLE_SECONDS);
      const left = (await entries()).filter(([, value]) => value !== '' && !isClaim(value));
      return left.map(([key, value]) => `the key ${key} with ${value}`);
    },
  };
}

async function keysOf({ port }: MemcachedServer): Promise<string[]> {
  const found = new Set<string>();
  for (let n = 0; n < DUMPS; n += 1) {
    if (n > 0) await sleep(BETWEEN_DUMPS);
    for (const [, key = ''] of (await dumpKeys(port)).matchAll(/^key=(\S+)/gm)) {
      found.add(decodeURIComponent(key));
    }
  }
  return [...found];
}

/** A rotation that was cut off halfway leaves what it had prepared: it counts for nothing, and goes when its time is over. */
function isClaim(value: string): boolean {
  return value.includes('"movesFrom"');
}

/** Its lines end otherwise than those of all other answers. */
async function dumpKeys(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('lru_crawler metadump all\r\n');
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.endsWith('END\r\n')) return text;
    // The crawler is at work for somebody else.
    if (text.startsWith('BUSY')) return dumpKeys(port);
  }
  throw new Error(`memcached ended a dump of its keys after ${text.length} characters`);
}
