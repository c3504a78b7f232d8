import { PatchedMemcached } from '../../../lib/stores/memcached/connection/patched-memcached.js';
import Memcached from 'memcached';

/*
 * A process whose memcached is down (`ADDRESS`), with the package as it is (`CLIENT=plain`) or mended. It ends by itself when
 * nothing keeps it, and says what its commands were told.
 */

const { ADDRESS = '', CLIENT } = process.env;
// So that what comes after hours, with the package's own numbers, comes at once.
const options = { retries: 0, failures: 0, reconnect: 50, retry: 50, failuresTimeout: 50, timeout: 500 };
const client = CLIENT === 'plain' ? new Memcached(ADDRESS, options) : new PatchedMemcached(ADDRESS, options);
for (let n = 0; n < 5; n += 1) {
  client.gets('key', (error: unknown) => console.log(error instanceof Error ? 'failed' : 'answered'));
}
