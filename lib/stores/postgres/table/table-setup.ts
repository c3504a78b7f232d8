import type { Database } from '../connection/database.js';
import { kindOf } from '../connection/failures.js';
import { statement } from '../connection/statement.js';
import { ADVISORY_LOCKS, COLUMNS, createTableSql, setupSql, quotedName, type SessionTableName } from './table-sql.js';

/** Instances that start together create the table one after another: two `CREATE TABLE IF NOT EXISTS` at once can both fail. */
const CREATION_LOCK = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS}, 0);`;

const SERVER = statement<{ role: string; now: number }>(
  'SELECT current_user AS role, round(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
);

/** Checks whether the table exists and can be used, creates it, and knows the SQL that an administrator has to run. */
export class TableSetup {
  readonly #database: Database;
  readonly #name: SessionTableName;
  readonly #quoted: string;
  #role = 'the_role_of_the_application';

  /** @throws SessionsConfigError when the name cannot be that of a table. */
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

  /** The privileges that are missing. Rejects when the table or a column does not exist. */
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

  /** Creates the table where there is none. Safe in any number of instances at once. */
  create(): Promise<void> {
    return this.#database.runScript(CREATION_LOCK + createTableSql(this.#name));
  }

  /** What is wrong with the table, and the SQL that fixes it; `undefined` when the error has another reason. */
  adviceOn(error: unknown): string | undefined {
    switch (kindOf(error)) {
      case 'table':
        return this.#advice(`There is no table ${this.#quoted}. Let a role that may create it run:`);
      case 'columns':
        return this.#advice(`The table ${this.#quoted} has other columns than one that is created like this:`);
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
    return `${finding}\n${setupSql(this.#name, this.#role)}`;
  }
}
