import {
  CreateSessionTable,
  PostgresStore,
  type PostgresStoreSettings,
  SessionEntity,
  sessionEntity,
} from 'nestjs-sessions/postgres';
import { DataSource, type DataSourceOptions, DefaultNamingStrategy } from 'typeorm';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

type TypeOrmOptions = Partial<Extract<DataSourceOptions, { type: 'postgres' }>>;

let database: PostgresDatabase;
beforeEach(async () => {
  database = await PostgresDatabase.create();
});
afterEach(() => database.drop());

async function withTypeOrm(options: TypeOrmOptions, work: (source: DataSource) => Promise<void>): Promise<void> {
  const source = await new DataSource({ url: database.url, ...options, type: 'postgres' }).initialize();
  try {
    await work(source);
  } finally {
    await source.destroy();
  }
}

/** The tables that hold sessions, and how many. */
async function tables(): Promise<Record<string, number>> {
  const found = await database.query<{ schema: string; name: string }>(
    "SELECT table_schema AS schema, table_name AS name FROM information_schema.columns WHERE column_name = 'lock_holder'",
  );
  const counted = found.map(async ({ schema, name }) => {
    const [row] = await database.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM "${schema}"."${name}"`);
    return [`${schema}.${name}`, row?.rows ?? NaN] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}

/** Starts a store on the data source, which keeps one session. */
async function keepOne(dataSource: DataSource, settings: PostgresStoreSettings = {}): Promise<void> {
  const { trial, store } = await tryPostgres({ dataSource, ...settings });
  await trial.given();
  await store.close();
}

class Prefixing extends DefaultNamingStrategy {
  override tableName(target: string, given: string | undefined): string {
    return `tbl_${given ?? target}`;
  }

  override columnName(property: string, given: string | undefined): string {
    return given ?? property.toUpperCase();
  }
}

describe('PostgresStore over a data source', () => {
  it('with a schema has its table there, made by the migration, and removed by undoing it', async () => {
    await database.query('CREATE SCHEMA web');
    await withTypeOrm({ schema: 'web', migrations: [CreateSessionTable] }, async (dataSource) => {
      await dataSource.runMigrations();
      await keepOne(dataSource);
      expect(await tables()).toEqual({ 'web.nestjs_sessions': 1 });
      await dataSource.undoLastMigration();
      expect(await tables()).toEqual({});
    });
  });

  it('with a schema has its table where the migration or the store says otherwise', async () => {
    class CreateVisits1767225600002 extends CreateSessionTable {
      override readonly name = 'CreateVisits1767225600002';
      override readonly where = { schema: 'public', table: 'visits' };
    }
    await database.query('CREATE SCHEMA web');
    await withTypeOrm({ schema: 'web', migrations: [CreateVisits1767225600002] }, async (dataSource) => {
      await dataSource.runMigrations();
      await keepOne(dataSource, { schema: 'public', table: 'visits' });
      expect(await tables()).toEqual({ 'public.visits': 1 });
    });
  });

  it.each<[string, TypeOrmOptions, string]>([
    ['a prefix', { entityPrefix: 'app_' }, 'public.app_nestjs_sessions'],
    ['a prefix and a schema', { entityPrefix: 'app-', schema: 'web' }, 'web.app-nestjs_sessions'],
    ['a naming strategy', { namingStrategy: new Prefixing() }, 'public.tbl_nestjs_sessions'],
  ])('with %s has the table that TypeORM makes of the entity', async (_, options, table) => {
    await database.query('CREATE SCHEMA web');
    await withTypeOrm({ ...options, entities: [SessionEntity], synchronize: true }, async (dataSource) => {
      await keepOne(dataSource);
      expect(await tables()).toEqual({ [table]: 1 });
    });
  });

  it('with a prefix has the table of the entity, when the migration makes it', async () => {
    const options = { entityPrefix: 'app_', entities: [SessionEntity], migrations: [CreateSessionTable] };
    await withTypeOrm(options, async (dataSource) => {
      await dataSource.runMigrations();
      await keepOne(dataSource);
      expect(await tables()).toEqual({ 'public.app_nestjs_sessions': 1 });
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.filter(({ query }) => !query.includes('INDEX')).map(({ query }) => query)).toEqual([]);
    });
  });

  it('has a table for each store, side by side in one data source', async () => {
    const entities = [SessionEntity, sessionEntity({ table: 'visits' })];
    await withTypeOrm({ entityPrefix: 'app_', entities, synchronize: true }, async (dataSource) => {
      await keepOne(dataSource);
      await keepOne(dataSource, { table: 'visits' });
      expect(await tables()).toEqual({ 'public.app_nestjs_sessions': 1, 'public.app_visits': 1 });
    });
  });

  it('keeps its sessions apart from those of another data source', async () => {
    await database.query('CREATE SCHEMA web');
    const sources = [
      { name: 'one', entities: [SessionEntity], synchronize: true },
      { name: 'other', entities: [SessionEntity], synchronize: true, schema: 'web' },
    ];
    for (const options of sources) await withTypeOrm(options, (dataSource) => keepOne(dataSource));
    expect(await tables()).toEqual({ 'public.nestjs_sessions': 1, 'web.nestjs_sessions': 1 });
  });

  it('that has replicas asks the primary alone', async () => {
    const replica = await PostgresDatabase.create();
    try {
      const replication = { master: { url: database.url }, slaves: [{ url: replica.url }] };
      await withTypeOrm({ replication, entities: [SessionEntity], synchronize: true }, async (dataSource) => {
        const { trial } = await tryPostgres({ dataSource });
        const sessions = await Promise.all(Array.from({ length: 20 }, () => trial.given()));
        for (const { id } of sessions) await trial.found(id);
      });
    } finally {
      await replica.drop();
    }
  });

  it('may be initialised after the store is made', async () => {
    const dataSource = new DataSource({
      type: 'postgres',
      url: database.url,
      entityPrefix: 'late_',
      entities: [SessionEntity],
      synchronize: true,
    });
    const store = new PostgresStore({ dataSource });
    await dataSource.initialize();
    expect(await store.load({ id: 'x'.repeat(43) })).toEqual({ status: 'missing' });
    expect(await tables()).toEqual({ 'public.late_nestjs_sessions': 0 });
    await dataSource.destroy();
  });
});
