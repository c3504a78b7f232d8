import { codeOf, explainedCodeOf, messageOf } from '../../shared/store-failure.js';
import { wordsFor } from './sqlstate-words.js';

/** The operation took too long, and was given up. */
export class OperationTimeout extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms (operationTimeout)`);
    this.name = new.target.name;
  }
}

/** A connection that had been idle did not answer: others, that are made now, may. */
export class SilentConnection extends Error {
  constructor() {
    super('a connection that had been idle did not answer');
    this.name = new.target.name;
  }
}

/** The statement was executed inside of a transaction that somebody else had left open, and ends with it. */
export class TransactionLeft extends Error {
  constructor() {
    super('the connection was in a transaction that the application had left open');
    this.name = new.target.name;
  }
}

/**
 * - `cut`: the connection broke. Whether the statement was executed is unknown.
 * - `silent`: a connection that had been idle did not answer. That is unknown here too.
 * - `late`: no answer in time. That is unknown here too.
 * - `outdated`: the connection leads to a server that is read-only, as after a failover, or has a plan of before the table was
 *   altered. Nothing was done, and a new connection may work.
 * - `limited`: a limit of the connection was met (`statement_timeout`, `lock_timeout`), or an administrator canceled the statement.
 *   Nothing was done. A new connection may have another limit.
 * - `left open`: the connection was in a transaction of somebody else. What was done there is undone when it is closed.
 * - `contended`: refused because of what others did at the same time. This happens where the default isolation is not
 *   `read committed`; under that, the statement would only have waited. Nothing was done, and the same statement may succeed.
 * - `unprepared`: the prepared statement is not there, or there is another one of that name. Nothing was done.
 * - `table`, `columns`, `privilege`: the table does not exist, has other columns, or may not be used.
 * - `other`: the server refused for another reason.
 */
type FailureKind =
  | 'cut'
  | 'silent'
  | 'late'
  | 'outdated'
  | 'limited'
  | 'left open'
  | 'contended'
  | 'unprepared'
  | 'table'
  | 'columns'
  | 'privilege'
  | 'other';

/** After these the connection is of no use, and is closed. */
const USELESS: ReadonlySet<FailureKind> = new Set(['cut', 'silent', 'late', 'outdated', 'limited', 'left open']);

/** Read-only: a standby, or `default_transaction_read_only`. */
export const READ_ONLY = '25006';

/** By SQLSTATE (PostgreSQL, appendix A). */
const KINDS: Readonly<Record<string, FailureKind>> = {
  [READ_ONLY]: 'outdated', // read_only_sql_transaction
  '0A000': 'outdated', // feature_not_supported: "cached plan must not change result type"
  '55P03': 'limited', // lock_not_available
  '57014': 'limited', // query_canceled
  '25P02': 'left open', // in_failed_sql_transaction
  '40001': 'contended', // serialization_failure
  '40P01': 'contended', // deadlock_detected
  '26000': 'unprepared', // invalid_sql_statement_name
  '42P05': 'unprepared', // duplicate_prepared_statement
  '42P01': 'table', // undefined_table
  '3F000': 'table', // invalid_schema_name
  '42703': 'columns', // undefined_column
  '42804': 'columns', // datatype_mismatch
  '42883': 'columns', // undefined_function: an operator that the type of a column does not have
  '42501': 'privilege', // insufficient_privilege
  '57P01': 'cut', // admin_shutdown
  '57P02': 'cut', // crash_shutdown
  '57P03': 'cut', // cannot_connect_now
  '57P04': 'cut', // database_dropped
  '57P05': 'cut', // idle_session_timeout
};

/** What an error of the server says that is no value: names of what was made by an administrator. */
const NAMES = ['schema', 'table', 'column', 'constraint'] as const;

/** Node's codes look similar ("EPIPE"), but contain no digit. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
const CONNECTION_EXCEPTION = '08';

/** The SQLSTATE; `undefined` when the error did not come from the server. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && SQLSTATE.test(code) ? code : undefined;
}

export function kindOf(error: unknown): FailureKind {
  if (error instanceof OperationTimeout) {
    return 'late';
  }
  if (error instanceof SilentConnection) {
    return 'silent';
  }
  if (error instanceof TransactionLeft) {
    return 'left open';
  }
  const state = sqlStateOf(error);
  if (state === undefined || state.startsWith(CONNECTION_EXCEPTION)) {
    return 'cut';
  }
  return KINDS[state] ?? 'other';
}

export function isUseless(error: unknown): boolean {
  return USELESS.has(kindOf(error));
}

/** What went wrong, in a few words that name no host, no statement and no value. */
export function reasonOf(error: unknown): string {
  if (error instanceof OperationTimeout || error instanceof SilentConnection || error instanceof TransactionLeft) {
    return error.message;
  }
  const state = sqlStateOf(error);
  if (state !== undefined) {
    return wordsFor(state);
  }
  return explainedCodeOf(error) ?? messageOf(error);
}

/**
 * The error as it may be shown: the server's has the whole row in its `detail`, and may have a value of the statement in its
 * message, which are the hash of an id and the data of a session.
 */
export function withoutValues(error: unknown): unknown {
  const state = sqlStateOf(error);
  if (state === undefined || typeof error !== 'object' || error === null) {
    return error;
  }
  const names = NAMES.flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.assign(
    new Error(`PostgreSQL refused with SQLSTATE ${state}`),
    { code: state },
    Object.fromEntries(names),
  );
}
