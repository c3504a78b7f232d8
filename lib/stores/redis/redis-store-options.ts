import { SessionsConfigError } from '../../errors/index.js';
import { display } from '../../options/validate.js';
import { checkOptions, text } from '../shared/store-options.js';
import { type RedisClient, scaleReadsOf, type SendCommand, sendCommandOf } from './connection/clients.js';

/**
 * What a `RedisStore` is made with: a client of the application, or a function that sends commands. A wrong one is a
 * `SessionsConfigError`.
 */
export type RedisStoreOptions = RedisStoreSettings &
  (
    | {
        /**
         * A client of the application, which opens and closes it: of ioredis (4.27 and later) or iovalkey (a client, a Cluster,
         * Sentinels), or of node-redis 4, 5.9 and later (a client, a pool, a Cluster, Sentinels).
         */
        client: RedisClient;
        send?: never;
      }
    | {
        /** Sends a command, for any other client. */
        send: SendCommand;
        client?: never;
      }
  );

/** How the store uses Redis, whichever client it has. */
export interface RedisStoreSettings {
  /** The beginning of each key. At most 200 printable ASCII characters without spaces. Default `'sessions:'`. */
  prefix?: string;
}

const EXAMPLES = {
  client: "new Redis('redis://localhost:6379')",
  send: '(key, command) => client.sendCommand(command)',
  prefix: "'sessions:'",
};
const PREFIX = /^[!-~]{0,200}$/;

/** @throws SessionsConfigError when an option is unknown, or there is no way to Redis, or more than one. */
export function sendOf(options: RedisStoreOptions): SendCommand {
  checkOptions('RedisStore', options, EXAMPLES);
  const { client, send } = options;
  if ((client === undefined) === (send === undefined)) {
    throw new SessionsConfigError(`RedisStore needs either a client, such as ${EXAMPLES.client}, or send.`);
  }
  if (client === undefined) {
    return sendOnly(send);
  }
  const scaleReads = scaleReadsOf(client);
  if (scaleReads !== undefined && scaleReads !== 'master') {
    throw new SessionsConfigError(
      `RedisStore: the client reads from replicas (scaleReads: ${display(scaleReads)}), which lag behind. ` +
        "Give the store a client with scaleReads: 'master'.",
    );
  }
  const found = sendCommandOf(client);
  if (found === undefined) {
    throw new SessionsConfigError(
      'RedisStore: the client is none of ioredis, iovalkey and node-redis (4 or later). For another one, write ' +
        `send: ${EXAMPLES.send}`,
    );
  }
  return found;
}

/** @throws SessionsConfigError when it could not be read in a log, or on a command line. */
export function prefixOf(options: RedisStoreOptions): string {
  const prefix = text('RedisStore: prefix', options.prefix, 'sessions:');
  if (PREFIX.test(prefix)) {
    return prefix;
  }
  throw new SessionsConfigError('RedisStore: prefix must be at most 200 printable ASCII characters, without spaces.');
}

function sendOnly(send: unknown): SendCommand {
  if (isFunction(send)) {
    return async (key, command) => send(key, command);
  }
  throw new SessionsConfigError(
    `RedisStore: send must be a function such as ${EXAMPLES.send}; it is ${display(send)}.`,
  );
}

function isFunction(value: unknown): value is SendCommand {
  return typeof value === 'function';
}
