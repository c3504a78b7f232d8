import type { Database } from './database.js';
import { kindOf } from './failures.js';
import { statement } from './statement.js';
import { ADVISORY_LOCKS, COLUMNS, createTableSql, setupSql, quotedName, type SessionTableName } from './table-sql.js';

/** Instances that start together take turns: two `CREATE TABLE IF NOT EXISTS` at once can both fail, on system indexes. */
const CREATION_LOCK = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS}, 0);`;

const SERVER = statement<{ role: string; now: number }>(
  'SELECT current_user AS role, round(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
);

/** Sees whether the table is there and can be used, makes it, and knows what to tell who has to. */
export class TableSetup {
  readonly #database: Database;
  readonly #name: SessionTableName;
  readonly #quoted: string;
  #role = 'the_role_of_the_application';

  /** @throws SessionsConfigError when it is no name for a table. */
  constructor(database: Database, name: SessionTableName) {
    this.#database = database;
    this.#name = name;
    this.#quoted = quotedName(name);
  }

  /** The server's clock, in epoch milliseconds. */
  async serverTime(): Promise<number> {
    const { rows } = await this.#database.run(SERVER);
    this.#role = rows[0]?.role ?? this.#role;
    return Number(rows[0]?.now);
  }

  /** Rejects when the table or a column is not there; else gives the privileges that are missing. */
  async missingPrivileges(): Promise<string> {
    const { rows } = await this.#database.run(
      statement<{ missing: string }>(`
        SELECT array_to_string(ARRAY(
          SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
          WHERE NOT has_table_privilege('${this.#quoted}', privilege)
        ), ', ') AS missing
        WHERE NOT EXISTS (SELECT ${COLUMNS.join(', ')} FROM ${this.#quoted} LIMIT 0)`),
    );
    return rows[0]?.missing ?? '';
  }

  /** Makes the table where it is not there. Safe in any number of instances at once. */
  create(): Promise<void> {
    return this.#database.runScript(CREATION_LOCK + createTableSql(this.#name));
  }

  /** What is wrong with the table, and the SQL that mends it; nothing when the error has another reason. */
  adviceOn(error: unknown): string | undefined {
    switch (kindOf(error)) {
      case 'table':
        return this.#advice(`There is no table ${this.#quoted}. Let a role that may create it run:`);
      case 'columns':
        return this.#advice(`The table ${this.#quoted} has other columns than one that is made like this:`);
      case 'privilege':
        return this.adviceOnPrivileges('what it needs');
      default:
        return undefined;
    }
  }

  adviceOnPrivileges(missing: string): string {
    const finding = `The role "${this.#role}" lacks privileges (${missing}) for the table ${this.#quoted}.`;
    return this.#advice(`${finding} Let the owner run:`);
  }

  #advice(finding: string): string {
    return `PostgresStore: ${finding}\n${setupSql(this.#name, this.#role)}`;
  }
}
