import type { EndReason } from '../../interfaces/session-record.interface.js';
import { statement } from './connection/statement.js';
import { ADVISORY_LOCKS, literal } from './table/table-sql.js';

export interface RecordRow {
  readonly data: string;
  readonly version: string;
  /** Epoch milliseconds; a string where the application has its driver read numbers so. */
  readonly created_at: number | string;
  readonly expires_at: number | string;
}

export type LoadRow = RecordRow | TombstoneRow;

interface TombstoneRow {
  readonly data: null;
  readonly end_reason: EndReason;
}

type LockRow =
  | (RecordRow & { readonly status: 'acquired' })
  | { readonly status: 'held'; readonly holder: string | null }
  | { readonly status: 'gone'; readonly end_reason: EndReason }
  | { readonly status: 'missing' };

/** Which write was the last one, and who holds the lock or held it last. */
export interface LastWriterRow {
  readonly version: string;
  readonly lock_token: string | null;
  readonly is_locked: boolean;
  readonly is_live: boolean;
}

/** A row in place of those that are not there, where row security may hide them: see `SessionTable`. */
interface HiddenRow {
  readonly end_reason: typeof HIDDEN;
}

export type Statements = ReturnType<typeof statementsFor>;

const HIDDEN = 'hidden';

export function isHidden(row: unknown): row is HiddenRow {
  return typeof row === 'object' && row !== null && 'end_reason' in row && row.end_reason === HIDDEN;
}

/** Neither a tombstone nor expired. `clock_timestamp()` and not `now()`: a statement may have waited for another's row. */
const LIVE = 'data IS NOT NULL AND expires_at > clock_timestamp()';
const RECORD = `data, version, ${milliseconds('created_at')}, ${milliseconds('expires_at')}`;

/**
 * A lock is held while `lock_until` is in the future. A lock that is released keeps its `lock_token`, which tells who held it
 * last, and not its holder, in which the path of a request stands. Under `read committed`, an UPDATE that had to wait for
 * another transaction checks its WHERE again on the row as that transaction left it, and returns that row. This holds in a CTE
 * too, but a SELECT beside it still sees the old row.
 */
export function statementsFor(table: string, hasRowSecurity: boolean) {
  // A function call in the statement, and no further round trip. Row security under which the table has been tried hides no sessions.
  const orHidden = `WHERE ${hasRowSecurity ? 'false' : `row_security_active(${literal(table)}::regclass)`}`;
  return {
    load: statement<LoadRow>(`
      SELECT ${RECORD}, end_reason FROM ${table} WHERE id = $1 AND expires_at > clock_timestamp()
      UNION ALL SELECT NULL, NULL, NULL, NULL, '${HIDDEN}' ${orHidden}`),

    loadMany: statement<LoadRow & { readonly id: string }>(`
      SELECT id, ${RECORD}, end_reason FROM ${table} WHERE id = ANY ($1) AND expires_at > clock_timestamp()
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, '${HIDDEN}' ${orHidden}`),

    hidden: statement<HiddenRow>(`SELECT '${HIDDEN}' AS end_reason ${orHidden}`),

    // An expired row is updated in place. If it were deleted and inserted again, a statement that waits for it would miss it.
    create: statement(`
      INSERT INTO ${table} AS old (id, data, version, created_at, expires_at)
      VALUES ($1, $2, $3, ${instant('$4')}, ${instant('$5')})
      ON CONFLICT (id) DO UPDATE SET
        data = excluded.data, version = excluded.version,
        created_at = excluded.created_at, expires_at = excluded.expires_at, end_reason = NULL,
        lock_token = NULL, lock_until = NULL, lock_holder = NULL
      WHERE old.expires_at <= clock_timestamp()`),

    // $6 the version, $7 the token (null without a lock), $8 whether to release the lock
    update: statement(`
      UPDATE ${table} SET
        data = $2, version = $3, created_at = ${instant('$4')}, expires_at = greatest(expires_at, ${instant('$5')}),
        lock_until = CASE WHEN $8::boolean THEN NULL ELSE lock_until END,
        lock_holder = CASE WHEN $8::boolean THEN NULL ELSE lock_holder END
      WHERE id = $1 AND ${guarded('$6', '$7')}`),

    touch: statement(`
      UPDATE ${table} SET expires_at = greatest(expires_at, ${instant('$2')}) WHERE id = $1 AND ${LIVE}`),

    delete: statement(`
      UPDATE ${table} SET version = $2, ${tombstone('destroyed', '$3')} WHERE id = $1 AND ${LIVE}`),

    // The old row is locked and checked first, so that either both rows are written or none. Only the caller's own lock moves
    // to the new id: another holder does not know that id, and could not release it. $7 the version, $8 the token, $9 whether
    // to release the lock, $10 the end of the tombstone
    rotate: statement(`
      WITH old AS (
        SELECT expires_at, lock_token, lock_until, lock_holder FROM ${table}
        WHERE id = $1 AND ${guarded('$7', '$8')} FOR UPDATE
      ), moved AS (
        INSERT INTO ${table} AS present
          (id, data, version, created_at, expires_at, lock_token, lock_until, lock_holder)
        SELECT $2, $3, $4::uuid, ${instant('$5')}, greatest(expires_at, ${instant('$6')}),
          lock_token, CASE WHEN $9::boolean OR $8::text IS NULL THEN NULL ELSE lock_until END,
          CASE WHEN $9::boolean OR $8::text IS NULL THEN NULL ELSE lock_holder END
        FROM old
        ON CONFLICT (id) DO UPDATE SET
          data = excluded.data, version = excluded.version,
          created_at = excluded.created_at, expires_at = excluded.expires_at, end_reason = NULL,
          lock_token = excluded.lock_token, lock_until = excluded.lock_until, lock_holder = excluded.lock_holder
        WHERE present.expires_at <= clock_timestamp()
        RETURNING version
      )
      UPDATE ${table} SET version = moved.version, ${tombstone('rotated', '$10')} FROM moved WHERE id = $1`),

    // A token acquires a lock once: a statement that was sent again, on another connection, may be executed after the lock
    // was released. The second half says why the lock was not acquired. If the first half had to wait, that may be out of date. Then "held"
    // only means that the caller has to ask again, which it does after "held" anyway.
    tryLock: statement<LockRow>(`
      WITH acquired AS (
        UPDATE ${table} SET
          lock_token = $2, lock_until = clock_timestamp() + $3::float8 * interval '1 ms', lock_holder = $4
        WHERE id = $1 AND ${LIVE}
          AND CASE WHEN lock_token = $2 THEN lock_until IS NOT NULL
            ELSE lock_until IS NULL OR lock_until <= clock_timestamp() END
        RETURNING ${RECORD}
      )
      SELECT 'acquired' AS status, data, version, created_at, expires_at, NULL AS holder, NULL AS end_reason FROM acquired
      UNION ALL
      SELECT
        CASE WHEN expires_at <= clock_timestamp() THEN 'missing' WHEN data IS NULL THEN 'gone' ELSE 'held' END,
        NULL, NULL, NULL, NULL, CASE WHEN lock_until > clock_timestamp() THEN lock_holder END, end_reason
      FROM ${table} WHERE id = $1 AND NOT EXISTS (SELECT FROM acquired)
      UNION ALL SELECT 'missing', NULL, NULL, NULL, NULL, NULL, '${HIDDEN}' ${orHidden}`),

    renewLock: statement(`
      UPDATE ${table} SET lock_until = clock_timestamp() + $3::float8 * interval '1 ms'
      WHERE id = $1 AND ${LIVE} AND ${lockedBy('$2')}`),

    unlock: statement(`
      UPDATE ${table} SET lock_until = NULL, lock_holder = NULL, expires_at = greatest(expires_at, ${instant('$3')})
      WHERE id = $1 AND ${LIVE} AND ${lockedBy('$2')}`),

    lastWriter: statement<LastWriterRow>(`
      SELECT version, lock_token, lock_until IS NOT NULL AS is_locked, ${LIVE} AS is_live FROM ${table} WHERE id = $1`),

    count: statement<{ live: string }>(
      `SELECT count(*) AS live FROM ${table} WHERE data IS NOT NULL AND expires_at > now()`,
      true,
    ),

    // One instance deletes a batch at a time: the others find the advisory lock taken. It ends with the transaction, which is
    // this statement. `FOR UPDATE` checks again whether a session was renewed meanwhile; without it that session would be
    // deleted. `now()` and not `clock_timestamp()`, because an index can only be searched for a value that does not change.
    sweep: statement(
      `
      WITH advisory_lock AS (
        SELECT pg_try_advisory_xact_lock((${ADVISORY_LOCKS}::bigint << 32) + ${literal(table)}::regclass::oid::bigint) AS is_ours
      )
      DELETE FROM ${table} WHERE id = ANY (ARRAY(
        SELECT id FROM ${table}
        WHERE (SELECT is_ours FROM advisory_lock) AND expires_at <= now() AND (lock_until IS NULL OR lock_until <= now())
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ))`,
      true,
    ),
  };
}

/** A parameter in epoch milliseconds as a timestamp, exact to the millisecond. */
function instant(parameter: string): string {
  return `to_timestamp(${parameter}::float8 / 1000)`;
}

/** A column in epoch milliseconds, under its own name. */
function milliseconds(column: string): string {
  return `round(extract(epoch FROM ${column}) * 1000)::float8 AS ${column}`;
}

/**
 * Both guards, checked by the statement that writes. With the token alone, a lock holder would overwrite a write that was made
 * without a lock.
 */
function guarded(version: string, token: string): string {
  return `${LIVE} AND version::text = ${version} AND (${token}::text IS NULL OR ${lockedBy(token)})`;
}

/** A lease that has ended is still its holder's until another token takes it over. */
function lockedBy(token: string): string {
  return `lock_token = ${token} AND lock_until IS NOT NULL`;
}

function tombstone(because: EndReason, until: string): string {
  return `data = NULL, expires_at = ${instant(until)}, end_reason = '${because}',
        lock_token = NULL, lock_until = NULL, lock_holder = NULL`;
}
