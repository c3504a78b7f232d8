import { SessionStoreError } from '../../errors/index.js';
import type { Answer } from './database.js';
import type { SessionTable } from './session-table.js';
import type { Statement } from './statement.js';
import type { LastWriterRow } from './statements.js';

const RETRY_AFTER = 1_000;

/**
 * What a statement did that was sent twice.
 *
 * When a connection breaks between a statement and its answer, the statement may have been carried out or not, or the server
 * may be about to. So the same statement is sent once more:
 *
 * - `load`, `touch`, `renewLock`, `count`, `sweep`: done twice is the same as done once.
 * - `tryLock`: the token has the lock, or gets it; either way the answer is "acquired".
 * - `create`, `update`, `rotate`, `delete`: each leaves a new version behind, random, made before the first attempt (in a
 *   tombstone as well). Whichever attempt comes second finds no guard that holds, so nothing is done twice. Where the second
 *   did nothing, the version that is there now tells whether the first one did.
 * - `unlock`: letting a lock go leaves its token behind, so a free lock tells who held it last.
 *
 * If somebody else has written or locked since, the mark is overwritten. For `update` and `unlock` nobody can then say
 * whether the first attempt was carried out. "No" might be a lie, and would have the change made a second time over what was
 * written since: so that is an error. For the others the question does not come up: what was created or rotated is known to
 * nobody else yet, and what was deleted is not written to.
 */
export class RetriedWrites {
  readonly #table: SessionTable;
  readonly #lastWriter: Statement<LastWriterRow>;

  constructor(table: SessionTable, lastWriter: Statement<LastWriterRow>) {
    this.#table = table;
    this.#lastWriter = lastWriter;
  }

  /** Of `create`, `rotate` and `delete`: whether one of the two attempts wrote `version` to `id`. */
  async isWritten({ count, isRetried }: Answer<never>, id: string, version: string): Promise<boolean> {
    if (count > 0 || !isRetried) {
      return count > 0;
    }
    return (await this.#lastWriterOf(id))?.version === version;
  }

  /** Of `update`. @throws SessionStoreError when that cannot be known. */
  async isUpdated({ count, isRetried }: Answer<never>, id: string, version: string): Promise<boolean> {
    if (count > 0 || !isRetried) {
      return count > 0;
    }
    const lastWriter = await this.#lastWriterOf(id);
    if (lastWriter?.version === version) {
      return true;
    }
    return this.#refused(lastWriter);
  }

  /** Of `unlock`. @throws SessionStoreError when that cannot be known. */
  async isUnlocked({ count, isRetried }: Answer<never>, id: string, token: string): Promise<boolean> {
    if (count > 0 || !isRetried) {
      return count > 0;
    }
    const lastWriter = await this.#lastWriterOf(id);
    if (lastWriter?.lock_token === token && !lastWriter.is_locked) {
      return true;
    }
    return this.#refused(lastWriter);
  }

  /** What is gone has no changes to lose: "no" is then true enough. */
  #refused(lastWriter: LastWriterRow | undefined): false {
    if (lastWriter?.is_live !== true) {
      return false;
    }
    throw new SessionStoreError(
      'The connection to PostgreSQL broke, and whether the session was written before that is unknown',
      RETRY_AFTER,
    );
  }

  async #lastWriterOf(id: string): Promise<LastWriterRow | undefined> {
    const { rows } = await this.#table.run(this.#lastWriter, [id]);
    return rows[0];
  }
}
