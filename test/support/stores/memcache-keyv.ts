import { KeyvMemcache } from '@keyv/memcache';
import { Keyv } from 'keyv';
import type { MemcachedServer } from '../servers/memcached-server.js';

/** A Keyv with a real server behind it, which is given up after so many seconds. */
export class MemcacheKeyv {
  readonly keyv: Keyv;
  readonly #client: { close(): void };

  constructor(server: MemcachedServer, timeout = 5) {
    const options = { timeout, conntimeout: timeout, retries: 0, logger: { log: () => {} } };
    const backend = new KeyvMemcache(server.address, options);
    this.#client = backend.client;
    this.keyv = new Keyv({ store: backend });
  }

  close(): void {
    this.#client.close();
  }
}
