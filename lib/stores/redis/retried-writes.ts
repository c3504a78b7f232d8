import { storeFailure } from '../shared/store-failure.js';
import type { Answer, RedisCommands } from './connection/redis-commands.js';
import { textOf } from './connection/redis-commands.js';
import { decode } from './session-value.js';

/**
 * Finds out what a command did that may have been sent twice, by the store or by its client.
 *
 * When a connection breaks between a command and its answer, the command may have been executed or not. Sent again, it finds
 * what the first attempt did: `create`, `update`, `delete` and `rotate` write a random version that is made before the first
 * attempt, and `unlock` a random token. `load`, `touch`, `tryLock` and `renewLock` may be done twice.
 *
 * If another request has written or locked since, version and token are overwritten. Then nobody can say whether the first
 * attempt of an `update` or `unlock` was executed. The answer "no" might be wrong, and the change would be made a second time
 * over what was written since: so this is an error. A session that is gone has no changes to lose.
 */
export class RetriedWrites {
  readonly #commands: RedisCommands;

  constructor(commands: RedisCommands) {
    this.#commands = commands;
  }

  /** For a script that answers '1' when it, or a first attempt of it, did what was asked. @throws SessionStoreError */
  async isDone({ reply, isRetried }: Answer, id: string): Promise<boolean> {
    if (textOf(reply) === '1') {
      return true;
    }
    if (isRetried && decode(await this.#commands.get(id)).kind === 'live') {
      throw storeFailure('The connection to Redis broke, and whether the session was written before that is unknown');
    }
    return false;
  }

  /** For a value of this version that was to be written where nothing is. */
  async isInserted({ reply, isRetried }: Answer, id: string, version: string): Promise<boolean> {
    if (textOf(reply) === 'OK') {
      return true;
    }
    if (!isRetried) {
      return false;
    }
    const stored = decode(await this.#commands.get(id));
    return (stored.kind === 'live' || stored.kind === 'claim') && stored.version === version;
  }
}
