import { randomBytes } from 'node:crypto';
import { createTableSql } from 'nestjs-sessions/postgres';
import { FaultProxy } from './fault-proxy.js';
import { MemcachedServer } from './memcached-server.js';
import { PostgresDatabase } from './postgres-database.js';
import { RedisServer } from './redis-server.js';

/** A database with the table of sessions, and the URL that leads to it through a fault proxy. */
export async function proxiedDatabase(): Promise<{ database: PostgresDatabase; proxy: FaultProxy; url: string }> {
  const database = await PostgresDatabase.create();
  await database.query(createTableSql());
  const proxy = await FaultProxy.toUrl(database.url);
  return { database, proxy, url: database.urlWith({ port: proxy.port }) };
}

/** Keys of its own in the memcached that tests share, through a fault proxy. */
export async function proxiedMemcached(): Promise<{ proxy: FaultProxy; options: { servers: string; prefix: string } }> {
  const proxy = await FaultProxy.toUrl(`memcached://${await MemcachedServer.sharedAddress()}`);
  return { proxy, options: { servers: proxy.address, prefix: `place-${randomBytes(6).toString('hex')}:` } };
}

/** Keys of its own in the Redis that tests share, and the URL that leads to it through a fault proxy. */
export async function proxiedRedis(): Promise<{ proxy: FaultProxy; url: string; prefix: string }> {
  const proxy = await FaultProxy.toUrl(await RedisServer.sharedUrl());
  return { proxy, url: `redis://${proxy.address}`, prefix: `place-${randomBytes(6).toString('hex')}:` };
}
