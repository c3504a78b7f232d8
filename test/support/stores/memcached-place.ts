import { randomBytes } from 'node:crypto';
import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { MemcachedServer } from '../servers/memcached-server.js';
import type { StorePlace } from './stores.js';

/** Keys of its own in the server that tests share, which forgets them by itself. */
export async function prepareMemcachedPlace(): Promise<StorePlace> {
  const address = await MemcachedServer.sharedAddress();
  const where = `place-${randomBytes(6).toString('hex')}:${address}`;
  return { spec: `memcached:${where}`, open: () => openMemcached(where), dispose: () => Promise.resolve() };
}

export function openMemcached(where: string): SessionStore {
  const [, prefix = '', servers = ''] = /^(.*?:)(.*)$/.exec(where) ?? [];
  return new MemcachedStore({ servers, prefix });
}
