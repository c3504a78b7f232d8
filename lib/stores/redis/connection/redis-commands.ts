import type { SessionStoreError } from '../../../errors/index.js';
import { storeFailure } from '../../shared/store-failure.js';
import type { StoreLog } from '../../shared/store-log.js';
import { isExplained, reasonOf, replyCodeOf } from './failures.js';
import type { Script } from '../scripts.js';
import type { Sender } from './sender.js';

export interface Answer {
  /** As the client gives it: texts may be strings or buffers. */
  readonly reply: unknown;
  /** The command may have been sent twice, because its first answer was lost. */
  readonly isRetried: boolean;
}

/** Milliseconds after which a command that failed is not sent again: nobody waits for it any more. */
const RETRY_WITHIN = 1_000;

/** In place of the value of a key that holds something else than a string: no session, no tombstone. */
const FOREIGN = '';

/** Sends commands for session ids, one round trip each. */
export class RedisCommands {
  readonly #sender: Sender;
  readonly #prefix: string;
  readonly #log: StoreLog;

  constructor(sender: Sender, prefix: string, log: StoreLog) {
    this.#sender = sender;
    this.#prefix = prefix;
    this.#log = log;
  }

  /** The value under a key; `undefined` when nothing is there. @throws SessionStoreError */
  async get(id: string): Promise<string | undefined> {
    const key = this.#prefix + id;
    const { reply } = await this.#request(() => this.#sender.send(key, ['GET', key]));
    return textOf(reply);
  }

  /**
   * The same of many keys, which must be on one node. A key that holds something else than a string has nothing.
   *
   * @throws SessionStoreError
   */
  async getMany(ids: readonly string[]): Promise<(string | undefined)[]> {
    const keys = ids.map((id) => this.#prefix + id);
    const [key] = keys;
    if (key === undefined) {
      return [];
    }
    const { reply } = await this.#request(() => this.#sender.send(key, ['MGET', ...keys]));
    return listOf(reply).map(textOf);
  }

  /** Writes where nothing is. @throws SessionStoreError */
  async insert(id: string, value: string, expiresAt: string): Promise<Answer> {
    const key = this.#prefix + id;
    const command = ['SET', key, value, 'NX', 'PXAT', String(Number(expiresAt))];
    return this.#request(() => this.#sender.send(key, command));
  }

  /** @throws SessionStoreError */
  run(script: Script, ids: readonly string[], args: readonly string[]): Promise<Answer> {
    return this.#request(() => this.#evaluate(script, ids, args));
  }

  /** A command without a key, to the node of this id. Throws the client's own error. */
  ask(id: string, command: string[]): Promise<unknown> {
    return this.#sender.send(this.#prefix + id, command);
  }

  open(): void {
    this.#sender.open();
  }

  close(): void {
    this.#sender.close();
  }

  async #evaluate({ source, sha }: Script, ids: readonly string[], args: readonly string[]): Promise<unknown> {
    const { send } = this.#sender;
    const keys = ids.map((id) => this.#prefix + id);
    const [key = ''] = keys;
    try {
      return await send(key, ['EVALSHA', sha, String(keys.length), ...keys, ...args]);
    } catch (error) {
      // A node forgets its scripts when it is restarted, and one that is new in a Cluster never had them.
      if (replyCodeOf(error) !== 'NOSCRIPT') {
        throw error;
      }
      return send(key, ['EVAL', source, String(keys.length), ...keys, ...args]);
    }
  }

  /** A command whose connection broke is sent once more. Every command of the store may be: see `RetriedWrites`. */
  async #request(attempt: () => Promise<unknown>): Promise<Answer> {
    const { losses } = this.#sender;
    const sentAt = performance.now();
    try {
      const reply = await attempt();
      return { reply, isRetried: this.#sender.losses !== losses };
    } catch (error) {
      const code = replyCodeOf(error);
      if (code === 'WRONGTYPE') {
        return { reply: FOREIGN, isRetried: false };
      }
      if (code !== undefined || performance.now() - sentAt > RETRY_WITHIN) {
        throw this.#failure(error);
      }
    }
    try {
      return { reply: await attempt(), isRetried: true };
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): SessionStoreError {
    const code = replyCodeOf(error);
    if (code === 'OOM') {
      this.#log.error(code, 'Redis is out of memory (maxmemory): no session can be created, and none can grow.');
    } else if (code !== undefined && isExplained(code)) {
      this.#log.error(code, `Redis refuses: ${reasonOf(error)}.`);
    }
    return storeFailure(`Redis failed: ${reasonOf(error)}`, error);
  }
}

/** A list in an answer; empty for anything else. */
export function listOf(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** A text in an answer; `undefined` for nothing. */
export function textOf(reply: unknown): string | undefined {
  return typeof reply === 'string' ? reply : Buffer.isBuffer(reply) ? reply.toString() : undefined;
}
