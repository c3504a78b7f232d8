import { display } from '../../../options/validate.js';
import { kindOf, READ_ONLY, sqlStateOf } from '../connection/failures.js';
import { NO_UNIQUE_KEY, RehearsalFailure } from './rehearsal.js';
import { DEFAULT_TABLE, quoted, quotedName, type SessionTableName, setupSql } from './table-sql.js';

/** What is known of the place at which the sessions are, for the words of an error. */
interface TablePlace {
  readonly name: SessionTableName;
  /** Whether its schema is known to exist. */
  readonly isSchemaThere: boolean;
  readonly role: string;
  readonly hasRowSecurity: boolean;
}

/** Says in words what is wrong with the table, and the SQL that fixes it. */
export class TableAdvice {
  readonly #place: TablePlace;
  readonly #quoted: string;

  constructor(place: TablePlace) {
    this.#place = place;
    this.#quoted = quotedName(place.name);
  }

  /** `undefined` when the error has another reason than the table. */
  on(error: unknown): string | undefined {
    if (error instanceof RehearsalFailure) {
      return this.#onRehearsal(error);
    }
    switch (kindOf(error)) {
      case 'table':
        return this.onMissingTable();
      case 'columns':
        return this.onColumns([]);
      case 'privilege':
        return this.onPrivileges('what it needs');
      default:
        return this.#onState(sqlStateOf(error));
    }
  }

  onMissingTable(): string {
    const { schema, table = DEFAULT_TABLE } = this.#place.name;
    const where = schema === undefined ? '' : ` in the schema ${quoted(schema)}`;
    return this.#withSetup(`There is no table ${quoted(table)}${where}. Let a role that may create it run:`);
  }

  onNoSchema(): string {
    const { role } = this.#place;
    return (
      `There is no schema in which to look for the table: the search_path of the role "${role}" names none that exists. Name one ` +
      `by the option schema of the store, or set it: ALTER ROLE ${quoted(role)} SET search_path TO public.`
    );
  }

  onColumns(wrong: readonly string[]): string {
    const how = wrong.length === 0 ? '' : ` (${wrong.join('; ')})`;
    return this.#withSetup(`The table ${this.#quoted} has other columns${how} than one that is created like this:`);
  }

  onPrivileges(missing: string): string {
    const { role } = this.#place;
    return this.#withSetup(
      `The role "${role}" lacks privileges (${missing}) for the table ${this.#quoted}. Let the owner run:`,
    );
  }

  onReadOnly(): string {
    return (
      `The server is read-only (SQLSTATE ${READ_ONLY}): it is a standby, or its default_transaction_read_only is on. Sessions ` +
      'have to be written: give the store the address of the primary.'
    );
  }

  onEncoding(encoding: string): string {
    return (
      `The database has the encoding ${encoding}, which cannot hold every text. Sessions need a database with the encoding ` +
      "UTF8: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0."
    );
  }

  #onRehearsal({ done, cause }: RehearsalFailure): string {
    const state = sqlStateOf(cause);
    const advice = this.#onState(state);
    if (advice !== undefined) {
      return advice;
    }
    const what = `In the table ${this.#quoted} a session cannot be ${done}`;
    if (this.#place.hasRowSecurity) {
      return (
        `${what}, because row security hides or refuses it for the role "${this.#place.role}". Let the owner give that role a ` +
        `policy for all sessions, or run:\nALTER TABLE ${this.#quoted} DISABLE ROW LEVEL SECURITY;\n`
      );
    }
    return `${what}: ${obstacleIn(cause, state)}.`;
  }

  #onState(state: string | undefined): string | undefined {
    if (state === READ_ONLY) {
      return this.onReadOnly();
    }
    return state !== undefined && NO_UNIQUE_KEY.has(state)
      ? `The table ${this.#quoted} has no unique key on id. Let the owner run:\nALTER TABLE ${this.#quoted} ADD PRIMARY KEY (id);\n`
      : undefined;
  }

  #withSetup(finding: string): string {
    const { name, role, isSchemaThere } = this.#place;
    return `${finding}\n${setupSql(name, role, isSchemaThere)}`;
  }
}

/** Before anything is known of the server. */
export function unknownPlace(name: SessionTableName): TablePlace {
  return {
    name: { table: DEFAULT_TABLE, ...name },
    isSchemaThere: false,
    role: 'the_role_of_the_application',
    hasRowSecurity: false,
  };
}

/** The names of a constraint and of a column are no data of a session; all else of such an error may be. */
function obstacleIn(cause: unknown, state: string | undefined): string {
  if (state === undefined) {
    return 'a trigger or a rule of the table may be in the way';
  }
  const named = (['constraint', 'column'] as const).flatMap((kind) => {
    const name: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, kind) : undefined;
    return typeof name === 'string' ? [`${kind} ${display(name)}`] : [];
  });
  return ['the server refuses it', ...named, `SQLSTATE ${state}`].join(', ');
}
