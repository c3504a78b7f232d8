import { SessionsConfigError } from '../../../errors/index.js';
import { display } from '../../../options/validate.js';

/** Where the sessions are. */
export interface SessionTableName {
  /** Default: the first of the connection's search path that has the table, usually `public`. */
  readonly schema?: string;
  /** Default `nestjs_sessions`. */
  readonly table?: string;
}

export const DEFAULT_TABLE = 'nestjs_sessions';

/** Keeps the advisory locks of this library apart from others: an arbitrary number, "nses" in ASCII. */
export const ADVISORY_LOCKS = 0x6e736573;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONGEST_IDENTIFIER = 63;
const INDEX_SUFFIX = '_expires_at';

/** @throws SessionsConfigError when it is not a plain identifier. */
export function checkName({ schema, table = DEFAULT_TABLE }: SessionTableName): void {
  // PostgreSQL cuts longer names without an error: then two tables could have the same name for their index.
  checkIdentifier('table', table, LONGEST_IDENTIFIER - INDEX_SUFFIX.length);
  if (schema !== undefined) {
    checkIdentifier('schema', schema, LONGEST_IDENTIFIER);
  }
}

/** The name as it stands in a statement. */
export function quotedName({ schema, table = DEFAULT_TABLE }: SessionTableName): string {
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

export function indexName({ table = DEFAULT_TABLE }: SessionTableName): string {
  return table + INDEX_SUFFIX;
}

/** The columns, in order: the statements, the SQL and the entity agree on them. */
export const COLUMNS = [
  'id',
  'data',
  'version',
  'created_at',
  'expires_at',
  'end_reason',
  'lock_token',
  'lock_until',
  'lock_holder',
] as const;

/**
 * The SQL that creates the table, for a role that may. It does nothing where the table exists.
 *
 * A tombstone is a row without `data`, and `end_reason` says why it is there.
 *
 * The lock columns and `expires_at` are written far more often than data. So pages keep room (`fillfactor`) for the next version
 * of a row: on the same page it needs no new index entry (a HOT update). An index on a lock column would prevent that.
 * `COLLATE "C"` compares bytes, which is enough for ids, and does not break when the collations of the system change.
 */
export function createTableSql(name: SessionTableName = {}): string {
  checkName(name);
  return creationOf(name);
}

/** `createTableSql()` for a name that the database or TypeORM has said, whatever that is. */
export function creationOf(name: SessionTableName): string {
  const table = quotedName(name);
  return `CREATE TABLE IF NOT EXISTS ${table} (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  data text,
  version uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  end_reason text,
  lock_token text,
  lock_until timestamptz,
  lock_holder text
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS ${quoted(indexName(name))} ON ${table} (expires_at);
`;
}

/**
 * The SQL that drops the table, with all sessions in it: for a migration of your own.
 *
 * @throws SessionsConfigError when the name cannot be that of a table.
 */
export function dropTableSql(name: SessionTableName = {}): string {
  checkName(name);
  return `DROP TABLE IF EXISTS ${quotedName(name)};\n`;
}

/**
 * The SQL that an administrator has to run, so that a role can use the table.
 *
 * @param isSchemaThere whether the schema is known to exist. Otherwise it is created too.
 */
export function setupSql(name: SessionTableName, role: string, isSchemaThere: boolean): string {
  const to = quoted(role);
  const table = `${creationOf(name)}GRANT SELECT, INSERT, UPDATE, DELETE ON ${quotedName(name)} TO ${to};\n`;
  if (name.schema === undefined) {
    return table;
  }
  const schema = quoted(name.schema);
  const creation = isSchemaThere ? '' : `CREATE SCHEMA IF NOT EXISTS ${schema};\n`;
  return `${creation}GRANT USAGE ON SCHEMA ${schema} TO ${to};\n${table}`;
}

/** As a text in a statement, in which names have double quotes. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As a name in a statement. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function checkIdentifier(option: string, identifier: unknown, longest: number): void {
  if (typeof identifier !== 'string' || !IDENTIFIER.test(identifier) || identifier.length > longest) {
    throw new SessionsConfigError(
      `PostgresStore: ${option} must be a name of at most ${longest} letters, digits and underscores; it is ${display(identifier)}.`,
    );
  }
}
