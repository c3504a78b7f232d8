import { SessionsConfigError } from '../../errors/index.js';
import type { MemcachedClient } from './client.js';
import { ExternalClient, type MemcachedConnection } from './connection.js';
import { ManagedServers } from './managed-servers.js';

export type MemcachedStoreOptions = MemcachedStoreSettings &
  (
    | {
        /** `host:port`, one or several; the port is 11211 by default. The connections are opened and closed by the store. */
        servers: string | readonly string[];
        client?: never;
      }
    | {
        /** A client of the application, which closes it: one of the package `memcached`, or any with the same three methods. */
        client: MemcachedClient;
        servers?: never;
      }
  );

export interface MemcachedStoreSettings {
  /** Stands before each key. At most 200 printable ASCII characters without spaces and `$`. Default `'sessions:'`. */
  prefix?: string;
  /**
   * Milliseconds after which a command is given up, and its connection replaced where it is the store's. A little more than the
   * module's `storeTimeout`, which answers the request and notices that the store hangs. Default 2500.
   */
  commandTimeout?: number;
}

const PREFIX = /^[!-#%-~]{0,200}$/;
const ADDRESS = /^[^\s/:]+(:\d{1,5})?$/;
const LONGEST_TIMER = 2 ** 31 - 1;
const COMMANDS = ['gets', 'add', 'cas'] as const;

/** @throws SessionsConfigError when there is no way to a server, or more than one. */
export function connectionOf({ servers, client, commandTimeout = 2_500 }: MemcachedStoreOptions): MemcachedConnection {
  if (!Number.isFinite(commandTimeout) || commandTimeout <= 0 || commandTimeout > LONGEST_TIMER) {
    throw new SessionsConfigError('MemcachedStore: commandTimeout must be a duration in milliseconds, such as 2000.');
  }
  if ((servers === undefined) === (client === undefined)) {
    throw new SessionsConfigError("MemcachedStore needs either servers, such as 'localhost:11211', or a client.");
  }
  return client === undefined
    ? new ManagedServers(addressesOf(servers), commandTimeout)
    : new ExternalClient(withCommands(client), commandTimeout);
}

/** @throws SessionsConfigError when it could not be part of a key. */
export function prefixOf({ prefix = 'sessions:' }: MemcachedStoreSettings): string {
  // The package mangles "$" in keys, and memcached takes what follows a space for another command's argument.
  if (PREFIX.test(prefix)) {
    return prefix;
  }
  throw new SessionsConfigError(
    'MemcachedStore: prefix must be at most 200 printable ASCII characters, without spaces and "$".',
  );
}

function addressesOf(servers: string | readonly string[]): readonly string[] {
  const addresses = typeof servers === 'string' ? [servers] : servers;
  const unusable = addresses.find((address) => !ADDRESS.test(address));
  if (addresses.length > 0 && unusable === undefined) {
    return addresses;
  }
  const fault = unusable === undefined ? 'the list is empty' : `'${unusable}' is not`;
  throw new SessionsConfigError(`MemcachedStore: servers must be like 'host:11211', or a list of such; ${fault}.`);
}

function withCommands(client: MemcachedClient): MemcachedClient {
  const missing = COMMANDS.filter((command) => typeof client[command] !== 'function');
  if (missing.length === 0) {
    return client;
  }
  throw new SessionsConfigError(
    `MemcachedStore: the client has no method ${missing.join(', ')}. Give it one of the package memcached, or its server as servers.`,
  );
}
