import { KeyvMemcache } from '@keyv/memcache';
import { Keyv } from 'keyv';
import type { MemcachedServer } from './memcached-server.js';

/** A Keyv with a real server behind it. */
export class MemcacheKeyv {
  readonly keyv: Keyv;
  readonly #client: { close(): void };

  constructor(server: MemcachedServer) {
    const quick = { timeout: 0.2, conntimeout: 0.2, retries: 0, logger: { log: () => {} } };
    const backend = new KeyvMemcache(server.address, quick);
    this.#client = backend.client;
    this.keyv = new Keyv({ store: backend });
  }

  close(): void {
    this.#client.close();
  }
}
