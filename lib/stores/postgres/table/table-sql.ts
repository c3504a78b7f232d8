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

/** The name as it stands in a statement. @throws SessionsConfigError when it is not a plain identifier. */
export function quotedName({ schema, table = DEFAULT_TABLE }: SessionTableName): string {
  // PostgreSQL cuts longer names without an error: then two tables could have the same name for their index.
  const quotedTable = quoted('table', table, LONGEST_IDENTIFIER - INDEX_SUFFIX.length);
  return schema === undefined ? quotedTable : `${quoted('schema', schema, LONGEST_IDENTIFIER)}.${quotedTable}`;
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
CREATE INDEX IF NOT EXISTS "${indexName(name)}" ON ${table} (expires_at);
`;
}

export function dropTableSql(name: SessionTableName = {}): string {
  return `DROP TABLE IF EXISTS ${quotedName(name)};\n`;
}

/** The SQL that an administrator has to run, so that a role can use the table. */
export function setupSql(name: SessionTableName, role: string): string {
  const to = `"${role.replaceAll('"', '""')}"`;
  const table = `${createTableSql(name)}GRANT SELECT, INSERT, UPDATE, DELETE ON ${quotedName(name)} TO ${to};\n`;
  if (name.schema === undefined) {
    return table;
  }
  return `CREATE SCHEMA IF NOT EXISTS "${name.schema}";\nGRANT USAGE ON SCHEMA "${name.schema}" TO ${to};\n${table}`;
}

function quoted(option: string, identifier: unknown, longest: number): string {
  if (typeof identifier === 'string' && IDENTIFIER.test(identifier) && identifier.length <= longest) {
    return `"${identifier}"`;
  }
  throw new SessionsConfigError(
    `PostgresStore: ${option} must be a name of at most ${longest} letters, digits and underscores; it is ${display(identifier)}.`,
  );
}
