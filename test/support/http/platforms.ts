import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { AbstractHttpAdapter } from '@nestjs/core';

export type Platform = 'express' | 'fastify';

/** The platforms of Nest; on the oldest Nest 11 the adapter of Fastify lacks what the library needs. */
export const PLATFORMS: readonly Platform[] =
  'setOnRequestHook' in FastifyAdapter.prototype ? ['express', 'fastify'] : ['express'];

/** As Node's own: by Fastify's, an application that closes would wait 72 s for a client that keeps its connection. */
const KEEP_ALIVE = 5_000;

/** A new application of the platform. When it trusts proxies, it believes what they say of the connection. */
export function adapterOf(platform: Platform, trustsProxies = false): AbstractHttpAdapter {
  if (platform === 'fastify') {
    return new FastifyAdapter({ trustProxy: trustsProxies, keepAliveTimeout: KEEP_ALIVE });
  }
  const adapter = new ExpressAdapter();
  adapter.set('trust proxy', trustsProxies);
  return adapter;
}
