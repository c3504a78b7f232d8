import pg from 'pg';
import { SessionsConfigError } from 'nestjs-sessions';
import { PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';

describe('Options of PostgresStore that are refused', () => {
  const pool = new pg.Pool();
  it.each<[string, unknown, RegExp]>([
    ['no way to PostgreSQL', {}, /needs one of dataSource, pool and connectionString; none/],
    ['two ways', { pool, connectionString: 'postgres://h/d' }, /it has pool and connectionString/],
    ['a misspelt option', { pool, createTabel: true }, /no option "createTabel"/],
    [
      'a DataSource of another type',
      { dataSource: new DataSource({ type: 'cockroachdb', timeTravelQueries: false }) },
      /of type 'cockroachdb'/,
    ],
    ['something else as DataSource', { dataSource: 'x' }, /dataSource must be a DataSource/],
    ['something else as pool', { pool: {} }, /pool must be a Pool/],
    [
      'a connection string that is none',
      { connectionString: 'postgres://u:se/cret@h/d' },
      /connectionString must be like/,
    ],
    ['an empty one', { connectionString: '' }, /connectionString must be like/],
    ['the name of a host', { connectionString: 'localhost:5432' }, /connectionString must be like/],
    ['a name with a quote', { pool, table: 'a"; DROP' }, /table must be a name/],
    ['an empty name', { pool, table: '' }, /table must be a name/],
    ['a name that PostgreSQL would cut off', { pool, table: 'a'.repeat(53) }, /at most 52/],
    ['a schema with a dot', { pool, schema: 'a.b' }, /schema must be a name/],
    ['createTable that is no boolean', { pool, createTable: 'yes' }, /createTable must be true or false/],
    ['no time', { pool, operationTimeout: 0 }, /operationTimeout must be/],
  ])('%s', (_, options, message) => {
    expect(() => new PostgresStore(options as PostgresStoreOptions)).toThrow(SessionsConfigError);
    expect(() => new PostgresStore(options as PostgresStoreOptions)).toThrow(message);
  });

  it('and the error shows no password', () => {
    try {
      new PostgresStore({ connectionString: 'postgres://user:se/cret@host/database' });
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('cret');
    }
    expect.assertions(1);
  });
});
