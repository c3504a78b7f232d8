/** ioredis and iovalkey: a client, one that asks Sentinels, or a Cluster. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
  defineCommand(name: string, definition: { lua: string }): void;
  readonly isCluster: boolean;
}

/** node-redis, the package `redis`: a client, a pool, a Cluster, or one that asks Sentinels. */
export interface NodeRedisClient {
  sendCommand(...args: never[]): Promise<unknown>;
}

/** A client of the application, which makes it and closes it. It is known by its members. */
export type RedisClient = IoredisClient | NodeRedisClient;

/**
 * Sends one command and resolves with its answer, for any other client. `key` is the key of the command, by which a Cluster's
 * node is found. It must not send a command a second time: a write that was repeated could not be told from another one.
 */
export type SendCommand = (key: string, command: string[]) => Promise<unknown>;

interface NodeRedisPlain {
  sendCommand(command: string[]): Promise<unknown>;
}

interface NodeRedisCluster {
  sendCommand(key: string, isReadonly: boolean, command: string[]): Promise<unknown>;
  getSlotMaster: unknown;
}

interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean, command: string[]): Promise<unknown>;
  getSentinelNode: unknown;
}

/** How this client sends a command to the node that has the key; `undefined` when it is none of those that are known. */
export function sendCommandOf(client: unknown): SendCommand | undefined {
  if (isIoredis(client)) {
    return (_key, [name = '', ...args]) => client.call(name, ...args);
  }
  if (isNodeRedisCluster(client)) {
    return (key, command) => client.sendCommand(key, false, command);
  }
  if (isNodeRedisSentinel(client)) {
    return (_key, command) => client.sendCommand(false, command);
  }
  return isNodeRedis(client) ? (_key, command) => client.sendCommand(command) : undefined;
}

/** Whether it spreads keys over nodes. */
export function isCluster(client: unknown): boolean {
  return isIoredis(client) ? client.isCluster : isNodeRedisCluster(client);
}

/** The address of the node of a Cluster that has this slot, as the client knows it; `undefined` when it knows none. */
export function masterOf(client: unknown, slot: number): string | undefined {
  const nodes = memberOf(memberOf(client, 'slots'), slot);
  const address = Array.isArray(nodes) ? (nodes as unknown[])[0] : memberOf(memberOf(nodes, 'master'), 'address');
  return typeof address === 'string' ? address : undefined;
}

/** What a Cluster client of ioredis puts before every key. */
export function keyPrefixOf(client: unknown): string {
  const prefix = optionOfIoredis(client, 'keyPrefix');
  return typeof prefix === 'string' ? prefix : '';
}

/**
 * The events by which a client that sends commands again says that a connection is gone. Other clients reject the commands that
 * were under way.
 */
export function lossEventsOf(client: unknown): readonly string[] {
  if (isIoredis(client)) {
    return client.isCluster ? ['-node'] : ['close'];
  }
  return isNodeRedisSentinel(client) ? ['client-error'] : [];
}

/** Whether it can send nothing before the application opens it: what to write, else `undefined`. */
export function howToOpen(client: unknown): string | undefined {
  if (isIoredis(client)) {
    return memberOf(client, 'status') === 'end' ? 'await client.connect()' : undefined;
  }
  return memberOf(client, 'isOpen') === false ? 'await client.connect()' : undefined;
}

/** Where ioredis sends reads: to replicas, when it is anything but `master`. */
export function scaleReadsOf(client: unknown): unknown {
  return optionOfIoredis(client, 'scaleReads');
}

function optionOfIoredis(client: unknown, name: string): unknown {
  return isIoredis(client) ? memberOf(memberOf(client, 'options'), name) : undefined;
}

function isIoredis(client: unknown): client is IoredisClient {
  return hasMethod(client, 'call') && hasMethod(client, 'defineCommand');
}

function isNodeRedis(client: unknown): client is NodeRedisPlain {
  return hasMethod(client, 'sendCommand');
}

function isNodeRedisCluster(client: unknown): client is NodeRedisCluster {
  return isNodeRedis(client) && hasMethod(client, 'getSlotMaster');
}

function isNodeRedisSentinel(client: unknown): client is NodeRedisSentinel {
  return isNodeRedis(client) && hasMethod(client, 'getSentinelNode');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof memberOf(value, name) === 'function';
}

/** Clients are functions in some packages. */
function memberOf(value: unknown, name: PropertyKey): unknown {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Reflect.get(value, name)
    : undefined;
}
