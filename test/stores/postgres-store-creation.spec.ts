import { SessionStoreError } from 'nestjs-sessions';
import { dropTableSql } from 'nestjs-sessions/postgres';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

describe('The creation of the table by PostgresStore', () => {
  let database: PostgresDatabase;
  beforeEach(async () => {
    database = await PostgresDatabase.create();
  });
  afterEach(() => database.drop());

  it('when it fails, is tried again at the next operation', async () => {
    const { store, trial } = await tryPostgres({ pool: database.admin, createTable: true });
    await database.query(dropTableSql());
    // A type of the table's name is no table, and no table can be made beside it.
    await database.query('CREATE TYPE nestjs_sessions AS ENUM ()');
    await expect(Promise.all([store.load({ id: trial.id() }), trial.given()])).rejects.toThrow(SessionStoreError);
    await expect(trial.given()).rejects.toThrow(SessionStoreError);

    await database.query('DROP TYPE nestjs_sessions');

    const { id } = await trial.given();
    await trial.found(id);
  });
});
