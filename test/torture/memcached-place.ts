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

export async function memcachedPlace(processes: number): Promise<Place> {
  const server = await MemcachedServer.start();
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(server.port)));
  const keys = async (): Promise<string[]> => {
    const found = new Set<string>();
    for (let n = 0; n < DUMPS; n += 1) {
      if (n > 0) await sleep(BETWEEN_DUMPS);
      for (const [, key = ''] of (await dumpKeys(server.port)).matchAll(/^key=(\S+)/gm)) {
        found.add(decodeURIComponent(key));
      }
    }
    return [...found];
  };
  const valueOf = async (key: string): Promise<string> => (await server.ask(`get ${key}`)).slice(1, -1).join('\n');
  return {
    specs: proxies.map((proxy) => ({ kind: 'memcached', address: proxy.address })),
    proxies,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    keys: async () => (await keys()).map((key) => key.slice(PREFIX.length)),
    dump: async () => {
      const values: string[] = [];
      for (const key of await keys()) values.push(key, await valueOf(key));
      return values.join('\n');
    },
    leftovers: async () => {
      await sleep(WHOLE_SECONDS);
      const left: string[] = [];
      for (const key of await keys()) {
        const value = await valueOf(key);
        if (value !== '' && !isClaim(value)) left.push(`the key ${key} with ${value}`);
      }
      return left;
    },
    dispose: async () => {
      for (const proxy of proxies) proxy.close();
      await server.stop();
    },
  };
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
