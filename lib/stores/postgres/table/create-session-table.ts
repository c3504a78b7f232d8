import { checkName, creationOf, quotedName, type SessionTableName } from './table-sql.js';
import { tableIn, type TypeOrmNames } from './typeorm-table.js';

/** What a migration needs of TypeORM's `QueryRunner`. */
export interface SqlRunner {
  query(sql: string): Promise<unknown>;
  /** The data source; `connection` in TypeORM 0.3. */
  readonly dataSource?: TypeOrmNames;
  readonly connection?: TypeOrmNames;
}

/**
 * A migration of TypeORM that creates the table: `migrations: [CreateSessionTable]`, in the schema of the data source. For a table
 * of another name, extend it:
 *
 * ```ts
 * export class CreateVisits1767225600000 extends CreateSessionTable {
 *   override readonly name = 'CreateVisits1767225600000';
 *   override readonly where = { schema: 'web', table: 'visits' };
 * }
 * ```
 */
export class CreateSessionTable {
  /** TypeORM sorts migrations by the time at the end of their names. */
  readonly name: string = 'CreateSessionTable1767225600000';
  /** Another schema or table than the default. */
  readonly where: SessionTableName = {};

  /** @throws SessionsConfigError when `where` cannot name a table. */
  async up(runner: SqlRunner): Promise<void> {
    await runner.query(creationOf(this.#nameIn(runner)));
  }

  /** Drops the table, with all sessions in it. */
  async down(runner: SqlRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS ${quotedName(this.#nameIn(runner))}`);
  }

  /** Where a store over the same data source looks for it. */
  #nameIn({ dataSource, connection }: SqlRunner): SessionTableName {
    checkName(this.where);
    return tableIn(dataSource ?? connection ?? { options: {} }, this.where);
  }
}
