import type { Database } from '../connection/database.js';
import type { Ask } from '../connection/rolled-back.js';
import { type Statement, statement } from '../connection/statement.js';
import { type Statements, statementsFor } from '../statements.js';
import { rehearse } from './rehearsal.js';
import { TableAdvice, unknownPlace } from './table-advice.js';
import { type ColumnRow, wrongColumns } from './table-columns.js';
import { ADVISORY_LOCKS, creationOf, quotedName, type SessionTableName } from './table-sql.js';

/** Instances that start together create the table one after another: two `CREATE TABLE IF NOT EXISTS` at once can both fail. */
const CREATION_LOCK = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS}, 0);`;

interface Server {
  readonly role: string;
  /** The server's clock, in epoch milliseconds; a string where the application has its driver read numbers so. */
  readonly now: number | string;
  readonly encoding: string;
  readonly is_read_only: boolean;
  /** The schema in which a table is created that is given none; null when no schema of the search path exists. */
  readonly home: string | null;
}

const SEARCH_BY_DEFAULT = statement('SET LOCAL search_path TO DEFAULT');

const SERVER = statement<Server>(`
  SELECT current_user::text AS role, round(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
    current_setting('server_encoding') AS encoding, current_setting('transaction_read_only') = 'on' AS is_read_only,
    current_schema()::text AS home`);

interface Table {
  readonly schema: string;
  readonly has_row_security: boolean;
}

const TABLE = statement<Table>(`
  SELECT nspname::text AS schema, row_security_active(pg_class.oid) AS has_row_security
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass($1)`);

const COLUMN_TYPES = statement<ColumnRow>(`
  SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`);

const MISSING_PRIVILEGES = statement<{ missing: string }>(`
  SELECT array_to_string(ARRAY(
    SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
    WHERE NOT has_table_privilege($1, privilege)
  ), ', ') AS missing`);

/** What is found at the place of the sessions. */
interface FoundTable {
  /** The statements for the table, whose name has its schema from now on. */
  readonly statements: Statements;
  /** The server's clock, in epoch milliseconds. */
  readonly serverTime: number;
}

/** The table cannot be used. The message is the advice. */
class TableRefusal extends Error {
  constructor(advice: string) {
    super(advice);
    this.name = new.target.name;
  }
}

/** Finds the table of the sessions, or creates it, and proves that sessions can live in it. */
export class TableSetup {
  readonly #database: Database;
  readonly #findName: () => SessionTableName;
  readonly #isToBeCreated: boolean;
  #advice: TableAdvice | undefined;
  /** The name of the table that was found, with its schema. */
  #settled: SessionTableName | undefined;

  /** `findName` is called when the table is looked for: a `DataSource` knows the names of its entities late. */
  constructor(database: Database, findName: () => SessionTableName, isToBeCreated: boolean) {
    this.#database = database;
    this.#findName = findName;
    this.#isToBeCreated = isToBeCreated;
  }

  /**
   * With `isProved` it takes a session through its whole life there, which takes a dozen round trips: at the start. So it does
   * where row security might hide sessions. What was found once is looked for by the same name, and not created.
   *
   * @throws TableRefusal, the client's own errors, and OperationTimeout.
   */
  async find(isProved: boolean): Promise<FoundTable> {
    const name = this.#settled ?? this.#findName();
    const found = await this.#read(name, isProved);
    if (typeof found === 'object') {
      return found;
    }
    // Safe in any number of instances at once. In the schema that connections have by default, and not in the one that the
    // application may have set on this one since.
    await this.#database.runScript(CREATION_LOCK + creationOf({ ...name, schema: name.schema ?? found }));
    const created = await this.#read(name, isProved);
    if (typeof created === 'object') {
      return created;
    }
    throw new TableRefusal(this.#adviceFor(name).onMissingTable());
  }

  /** What is wrong with the table, and the SQL that fixes it; `undefined` when the error has another reason. */
  adviceOn(error: unknown): string | undefined {
    return error instanceof TableRefusal ? error.message : this.#adviceFor(this.#findName()).on(error);
  }

  #adviceFor(name: SessionTableName): TableAdvice {
    return this.#advice ?? new TableAdvice(unknownPlace(name));
  }

  /** The table; or, when there is none and it is to be created, the schema for it where none is asked for. */
  #read(name: SessionTableName, isProved: boolean): Promise<FoundTable | string> {
    return this.#database.rolledBack(async (ask) => {
      // What the application has set on a connection of a shared pool is not what all of them have.
      await ask(SEARCH_BY_DEFAULT);
      const { role, now, encoding, is_read_only, home } = await one(ask, SERVER);
      let advice = (this.#advice = new TableAdvice({ ...unknownPlace(name), role }));
      refuseIf(encoding !== 'UTF8', () => advice.onEncoding(encoding));
      refuseIf(is_read_only, () => advice.onReadOnly());
      const [table] = (await ask(TABLE, [quotedName(name)])).rows;
      if (table === undefined) {
        refuseIf(home === null && name.schema === undefined, () => advice.onNoSchema());
        refuseIf(!this.#isToBeCreated || this.#settled !== undefined, () => advice.onMissingTable());
        return home ?? '';
      }
      const settled = { ...name, schema: table.schema };
      advice = this.#advice = new TableAdvice({
        name: settled,
        isSchemaThere: true,
        role,
        hasRowSecurity: table.has_row_security,
      });
      const statements = statementsFor(quotedName(settled), table.has_row_security);
      const serverTime = Number(now);
      if (isProved || table.has_row_security) {
        await checkTable(ask, quotedName(settled), advice);
        await rehearse(ask, statements, serverTime);
      }
      this.#settled = settled;
      return { statements, serverTime };
    });
  }
}

async function checkTable(ask: Ask, table: string, advice: TableAdvice): Promise<void> {
  const columns = await ask(COLUMN_TYPES, [table]);
  const wrong = wrongColumns(columns.rows);
  refuseIf(wrong.length > 0, () => advice.onColumns(wrong));
  const { missing } = await one(ask, MISSING_PRIVILEGES, [table]);
  refuseIf(missing !== '', () => advice.onPrivileges(missing));
}

async function one<Row>(ask: Ask, asked: Statement<Row>, values?: unknown[]): Promise<Row> {
  const [row] = (await ask(asked, values)).rows;
  if (row === undefined) {
    throw new Error('PostgreSQL gave no row where it must give one');
  }
  return row;
}

function refuseIf(isWrong: boolean, advice: () => string): void {
  if (isWrong) {
    throw new TableRefusal(advice());
  }
}
