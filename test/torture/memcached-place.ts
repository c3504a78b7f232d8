import { connect } from 'node:net';
import { FaultProxy } from '../support/fault-proxy.js';
import { MemcachedServer } from '../support/memcached-server.js';
import type { Place } from './place.js';

const PREFIX = 'sessions:';

export async function memcachedPlace(processes: number): Promise<Place> {
  const server = await MemcachedServer.start();
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(server.port)));
  const keys = async (): Promise<string[]> =>
    [...(await dumpKeys(server.port)).matchAll(/^key=(\S+)/gm)].map(([, key = '']) => decodeURIComponent(key));
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
      for (const key of await keys()) values.push(...(await server.ask(`get ${key}`)));
      return values.join('\n');
    },
    leftovers: async () => (await keys()).map((key) => `the key ${key}`),
    dispose: async () => {
      for (const proxy of proxies) proxy.close();
      await server.stop();
    },
  };
}

/** Its lines end otherwise than those of all other answers. */
async function dumpKeys(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('lru_crawler metadump all\r\n');
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.endsWith('END\r\n')) break;
    // The crawler is at work for somebody else.
    if (text.startsWith('BUSY')) return dumpKeys(port);
  }
  return text;
}
