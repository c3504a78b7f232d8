import { createTableSql, dropTableSql, type SessionTableName } from './table-sql.js';

/** What a migration needs of TypeORM's `QueryRunner`. */
export interface SqlRunner {
  query(sql: string): Promise<unknown>;
}

/**
 * A migration of TypeORM that creates the table: `migrations: [CreateSessionTable]`. For a table of another name, extend it:
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
  readonly where: SessionTableName = {};

  async up(runner: SqlRunner): Promise<void> {
    await runner.query(createTableSql(this.where));
  }

  async down(runner: SqlRunner): Promise<void> {
    await runner.query(dropTableSql(this.where));
  }
}
