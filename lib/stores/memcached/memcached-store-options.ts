import { SessionsConfigError } from '../../errors/index.js';
import { display, missingMethods, timerDuration } from '../../options/validate.js';
import { checkOptions, text } from '../shared/store-options.js';
import type { MemcachedClient } from './connection/client.js';
import { ExternalClient, type MemcachedConnection } from './connection/connection.js';
import { ManagedServers } from './connection/managed-servers.js';

/** What a `MemcachedStore` is made with: servers, or a client of the application. A wrong one is a `SessionsConfigError`. */
export type MemcachedStoreOptions = MemcachedStoreSettings &
  (
    | {
        /** `host:port`, one or several. The default port is 11211. The store opens and closes the connections. */
        servers: string | readonly string[];
        client?: never;
      }
    | {
        /** A client that the application opens and closes: one of the package `memcached`, or any with the same three methods. */
        client: MemcachedClient;
        servers?: never;
      }
  );

/** How the store uses memcached, wherever it runs. */
export interface MemcachedStoreSettings {
  /** The beginning of each key. At most 200 printable ASCII characters without spaces and `$`. Default `'sessions:'`. */
  prefix?: string;
  /**
   * Milliseconds after which a command is given up, and its connection replaced if the store has opened it. It should be a little
   * more than the module's `storeTimeout`, which answers the request and notices that the store hangs. Default 2500.
   */
  commandTimeout?: number;
}

const PREFIX = /^[!-#%-~]{0,200}$/;
const ADDRESS = /^[^\s/:]+(?::(\d{1,5}))?$/;
const LAST_PORT = 65_535;
const DEFAULT_PORT = 11_211;
const COMMANDS = ['gets', 'add', 'cas'] as const;

const EXAMPLES = {
  servers: "'localhost:11211'",
  client: "new Memcached('localhost:11211')",
  prefix: "'sessions:'",
  commandTimeout: '2_500',
};

/** @throws SessionsConfigError when an option is unknown, or there is no way to a server, or more than one. */
export function connectionOf(options: MemcachedStoreOptions): MemcachedConnection {
  checkOptions('MemcachedStore', options, EXAMPLES);
  const { servers, client } = options;
  const commandTimeout = timerDuration('MemcachedStore: commandTimeout', options.commandTimeout, 2_500);
  if ((servers === undefined) === (client === undefined)) {
    throw new SessionsConfigError("MemcachedStore needs either servers, such as 'localhost:11211', or a client.");
  }
  return client === undefined
    ? new ManagedServers(addressesOf(servers), commandTimeout)
    : new ExternalClient(withCommands(client), commandTimeout);
}

/** @throws SessionsConfigError when it could not be part of a key. */
export function prefixOf(options: MemcachedStoreSettings): string {
  const prefix = text('MemcachedStore: prefix', options.prefix, 'sessions:');
  // The package replaces "$" in keys, and memcached takes what follows a space for the next argument of the command.
  if (PREFIX.test(prefix)) {
    return prefix;
  }
  throw new SessionsConfigError(
    'MemcachedStore: prefix must be at most 200 printable ASCII characters, without spaces and "$".',
  );
}

function addressesOf(servers: unknown): readonly string[] {
  const given: readonly unknown[] = Array.isArray(servers) ? servers : [servers];
  const addresses = given.filter(isAddress);
  if (given.length > 0 && addresses.length === given.length) {
    return addresses;
  }
  const fault = given.length === 0 ? 'the list is empty' : `${display(given.find((one) => !isAddress(one)))} is not`;
  throw new SessionsConfigError(`MemcachedStore: servers must be like 'host:11211', or a list of such; ${fault}.`);
}

function isAddress(value: unknown): value is string {
  const parts = typeof value === 'string' ? ADDRESS.exec(value) : null;
  const port = Number(parts?.[1] ?? DEFAULT_PORT);
  return parts !== null && port > 0 && port <= LAST_PORT;
}

function withCommands(client: MemcachedClient): MemcachedClient {
  const missing = missingMethods(client, COMMANDS);
  if (missing.length === 0) {
    return client;
  }
  throw new SessionsConfigError(
    `MemcachedStore: the client has no method ${missing.join(', ')}. Give it one of the package memcached, or its server as servers.`,
  );
}
