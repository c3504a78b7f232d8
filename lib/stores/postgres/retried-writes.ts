import { storeFailure } from '../shared/store-failure.js';
import type { Answer } from './connection/database.js';
import type { SessionTable } from './table/session-table.js';
import type { LastWriterRow } from './statements.js';

/**
 * Finds out what a statement did that was sent twice.
 *
 * When a connection breaks between a statement and its answer, the statement may have been executed or not, or may still be
 * executed. So the same statement is sent once more:
 *
 * - `load`, `touch`, `renewLock`, `count`, `sweep`: to do them twice is the same as to do them once.
 * - `tryLock`: the token has the lock already, or gets it: "acquired". When that lock was released meanwhile, a repeat answers "held",
 *   and locks nothing.
 * - `create`, `update`, `rotate`, `delete`: each writes a new random version, which is made before the first attempt (a tombstone
 *   has one too). For the attempt that comes second the guard no longer holds, so nothing is done twice. If the second attempt
 *   did nothing, the stored version tells whether the first one did.
 * - `unlock`: a lock that is released keeps its token, so a free lock tells who held it last.
 *
 * If another request has written or locked since, version and token are overwritten. Then nobody can say whether the first
 * attempt of an `update` or `unlock` was executed. The answer "no" might be wrong, and the change would be made a second time
 * over what was written since: so this is an error. The other operations do not have this problem: nobody else knows a new id
 * yet, and nobody writes to a deleted one.
 */
export class RetriedWrites {
  readonly #table: SessionTable;

  constructor(table: SessionTable) {
    this.#table = table;
  }

  /** For `create`, `rotate` and `delete`: whether one of the two attempts wrote `version` to `id`. */
  isWritten(answer: Answer<never>, id: string, version: string): Promise<boolean> {
    return this.#isDone(answer, id, (last) => last.version === version, false);
  }

  /** For `update`. @throws SessionStoreError when that cannot be known. */
  isUpdated(answer: Answer<never>, id: string, version: string): Promise<boolean> {
    return this.#isDone(answer, id, (last) => last.version === version, true);
  }

  /** For `unlock`. @throws SessionStoreError when that cannot be known. */
  isUnlocked(answer: Answer<never>, id: string, token: string): Promise<boolean> {
    return this.#isDone(answer, id, (last) => last.lock_token === token && !last.is_locked, true);
  }

  /**
   * `isOurs` tells by the last write whether it was the first attempt. `isOverwritten` when others may have written since; a
   * session that is gone has no changes to lose: there the answer "no" does no harm.
   */
  async #isDone(
    { count, isRetried }: Answer<never>,
    id: string,
    isOurs: (last: LastWriterRow) => boolean,
    isOverwritten: boolean,
  ): Promise<boolean> {
    if (count > 0 || !isRetried) {
      return count > 0;
    }
    const { rows } = await this.#table.run(({ lastWriter }) => lastWriter, [id]);
    const last = rows[0];
    if (last !== undefined && isOurs(last)) {
      return true;
    }
    if (isOverwritten && last?.is_live === true) {
      throw storeFailure(
        'The connection to PostgreSQL broke, and whether the session was written before that is unknown',
      );
    }
    return false;
  }
}
