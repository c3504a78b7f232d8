import { SessionsConfigError } from '../../errors/index.js';
import type { Gone, Missing } from '../../interfaces/session-record.interface.js';
import type {
  BatchLoadableStore,
  ClosableStore,
  LeasingStore,
  PartitionedStore,
  StartableStore,
  StoreContext,
} from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import { StoreLog } from '../shared/store-log.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { howToOpen, isCluster, type RedisClient } from './connection/clients.js';
import { ClusterNodes } from './connection/cluster-nodes.js';
import { reasonOf, replyCodeOf } from './connection/failures.js';
import { decodeHolder, encodeHolder } from './holder.js';
import { KeySpread } from './connection/key-spread.js';
import { FREE, FIELDS, instant } from './layout.js';
import { prefixOf, type RedisStoreOptions, sendOf } from './redis-store-options.js';
import { RedisCommands, textOf } from './connection/redis-commands.js';
import { RetriedWrites } from './retried-writes.js';
import { guardArgs, Rotations } from './rotations.js';
import { DELETE, RENEW_LOCK, type Script, TOUCH, TRY_LOCK, UNLOCK, UPDATE } from './scripts.js';
import { Sender } from './connection/sender.js';
import { ServerCheck } from './server-check.js';
import { decode, liveValue, newVersion, type Stored, tokenField } from './session-value.js';

/**
 * Sessions in Redis or Valkey, one node or a Cluster, for any number of processes and machines, through a client of the
 * application.
 *
 * Record, lock and tombstone of a session are one value under one key. A read is one plain command; each change is one script,
 * which checks and writes in one step and one round trip. So a lock never outlives its session, nor a session its lock, and
 * nothing is written for an id that does not exist. `Rotations` says what happens where two keys are on two nodes.
 *
 * Leases and sessions expire by the server's clock, which is the same for all machines. The machine that serves a request
 * computes when its session expires. The server removes what has expired; the store cannot count its sessions.
 *
 * Replication is asynchronous: a failover can lose the last writes, and a logout may be among them.
 */
export class RedisStore
  extends SessionStore
  implements StartableStore, ClosableStore, LeasingStore, BatchLoadableStore, Partial<PartitionedStore>
{
  readonly hasLeases = true;
  /** The node of a Cluster that keeps this id; there when the client leads to one. */
  readonly partOf?: (id: string) => string;
  readonly #client: RedisClient | undefined;
  readonly #commands: RedisCommands;
  readonly #retried: RetriedWrites;
  readonly #rotations: Rotations;
  readonly #spread: KeySpread;
  readonly #log = new StoreLog('RedisStore');

  /** @throws SessionsConfigError when the options are wrong. No server is contacted yet. */
  constructor(options: RedisStoreOptions) {
    super();
    const send = sendOf(options);
    this.#client = options.client;
    const onError = (error: unknown): void =>
      this.#log.warn(
        replyCodeOf(error) ?? 'connection',
        `a connection to Redis broke (${reasonOf(error)}); the client opens another.`,
      );
    const prefix = prefixOf(options);
    this.#commands = new RedisCommands(new Sender(send, options.client, onError), prefix, this.#log);
    this.#retried = new RetriedWrites(this.#commands);
    const isSpread = isCluster(options.client);
    this.#spread = new KeySpread(isSpread);
    this.#rotations = new Rotations(this.#commands, this.#retried, this.#spread);
    if (isSpread) {
      const nodes = new ClusterNodes(options.client, prefix);
      this.partOf = (id) => nodes.nodeOf(id);
    }
  }

  /** @throws SessionsConfigError when the client is closed, or its server cannot keep sessions. */
  async start(context: StoreContext): Promise<void> {
    this.#log.start(context);
    this.#commands.open();
    const call = howToOpen(this.#client);
    if (call !== undefined) {
      throw new SessionsConfigError(
        `RedisStore: the client is not connected. Call ${call} before the application starts.`,
      );
    }
    await new ServerCheck(this.#commands, this.#log).run(this, context.clock);
  }

  /** The client stays open. */
  close(): Promise<void> {
    this.#commands.close();
    return Promise.resolve();
  }

  async load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    return this.#lookOf(id, await this.#commands.get(id));
  }

  /** By one command, or in a Cluster by one for each session, all sent at once. */
  async loadMany({ ids }: { ids: readonly string[] }): Promise<Answer<'load'>[]> {
    const values = await this.#spread.choose(
      () => this.#commands.getMany(ids),
      () => Promise.all(ids.map((id) => this.#commands.get(id))),
    );
    return Promise.all(ids.map((id, index) => this.#lookOf(id, values[index])));
  }

  async create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    const version = newVersion();
    const answer = await this.#commands.insert(id, liveValue(record, version), instant(record.expiresAt));
    return (await this.#retried.isInserted(answer, id, version)) && version;
  }

  async update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    const version = newVersion();
    const values = [liveValue(record, version), instant(record.expiresAt), version];
    const answer = await this.#commands.run(UPDATE, [id], [...guardArgs(guard), ...values]);
    return (await this.#retried.isDone(answer, id)) && version;
  }

  async touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    return this.#isDone(TOUCH, id, [instant(expiresAt)]);
  }

  async delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    return this.#isDone(DELETE, id, [newVersion(), instant(tombstoneUntil)]);
  }

  rotate(rotation: Args<'rotate'>): Promise<Answer<'rotate'>> {
    return this.#rotations.rotate(rotation);
  }

  async tryLock(args: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    const { id, token, lease, holder } = args;
    const values = [tokenField(token), String(Math.trunc(lease)), encodeHolder(holder)];
    const { reply } = await this.#commands.run(TRY_LOCK, [id], values);
    const [status, text] = Array.isArray(reply) ? reply.map(textOf) : ['absent', ''];
    if (status === 'held') {
      return { status: 'held', holder: decodeHolder(text ?? '') };
    }
    const stored = decode(text);
    if (status === 'acquired' && stored.kind === 'live') {
      return { status, record: stored.record, version: stored.version };
    }
    const current = await this.#current(id, stored);
    // A rotation has been finished meanwhile.
    return current.kind === 'live' ? this.tryLock(args) : absenceOf(current);
  }

  async renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    return this.#isDone(RENEW_LOCK, id, [tokenField(token), String(Math.trunc(lease))]);
  }

  async unlock({ id, token, expiresAt }: Args<'unlock'>): Promise<boolean> {
    const free = newVersion().padEnd(FIELDS.token.length) + FREE.slice(FIELDS.token.length);
    const values = [tokenField(token), free, expiresAt === undefined ? '' : instant(expiresAt)];
    return this.#retried.isDone(await this.#commands.run(UNLOCK, [id], values), id);
  }

  async #lookOf(id: string, value: string | undefined): Promise<Answer<'load'>> {
    const found = decode(value);
    const stored = found.kind === 'live' ? found : await this.#current(id, found);
    return stored.kind === 'live'
      ? { status: 'found', record: stored.record, version: stored.version }
      : absenceOf(stored);
  }

  async #isDone(script: Script, id: string, values: readonly string[]): Promise<boolean> {
    return textOf((await this.#commands.run(script, [id], values)).reply) === '1';
  }

  /** What is there when a rotation that was not finished has been. */
  async #current(id: string, stored: Stored): Promise<Stored> {
    if (stored.kind === 'foreign') {
      this.#log.warn(
        'foreign value',
        'a key of its own holds a value that it did not write. It takes the session for missing. Give it a prefix that ' +
          'nothing else uses.',
      );
    }
    return stored.kind === 'claim' && (await this.#rotations.finish(id, stored))
      ? decode(await this.#commands.get(id))
      : stored;
  }
}

/** What `load` and `tryLock` answer where there is no session. A rotation that cannot be finished has left none. */
function absenceOf(stored: Stored): Missing | Gone {
  return stored.kind === 'tombstone' ? { status: 'gone', because: stored.endReason } : { status: 'missing' };
}
