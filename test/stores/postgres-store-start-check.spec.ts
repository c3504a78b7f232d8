import { SessionStoreError } from 'nestjs-sessions';
import { createTableSql } from 'nestjs-sessions/postgres';
import { runOnce } from '../support/servers/postgres-run-once.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { selfSignedCertificate } from '../support/servers/self-signed-certificate.js';
import { type PostgresTrial, refusalOf, tryPostgres } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
beforeEach(async () => {
  database = await PostgresDatabase.create();
});
afterEach(() => database.drop());

const ALTER = 'ALTER TABLE nestjs_sessions';

describe('PostgresStore does not start with a table', () => {
  it.each<[string, string, RegExp]>([
    ['without a unique key', `${ALTER} DROP CONSTRAINT nestjs_sessions_pkey`, /no unique key on id[^]*ADD PRIMARY KEY/],
    [
      'whose unique key is deferrable',
      `${ALTER} DROP CONSTRAINT nestjs_sessions_pkey; ${ALTER} ADD UNIQUE (id) DEFERRABLE`,
      /no unique key on id/,
    ],
    ['whose data are jsonb', `${ALTER} ALTER data TYPE jsonb USING data::jsonb`, /data is of type jsonb and not text/],
    ['whose data are cut off', `${ALTER} ALTER data TYPE varchar(255)`, /data is of type character varying\(255\)/],
    [
      'whose instants have no time zone',
      `${ALTER} ALTER expires_at TYPE timestamp`,
      /expires_at is of type timestamp with/,
    ],
    ['that lacks a column', `${ALTER} DROP lock_until`, /lock_until is missing/],
    [
      'with a column that sessions do not fill',
      `${ALTER} ADD tenant text NOT NULL`,
      /cannot be created: .*column 'tenant'/,
    ],
    ['whose constraint refuses sessions', `${ALTER} ADD CONSTRAINT short CHECK (length(id) < 9)`, /constraint 'short'/],
    [
      'whose trigger keeps updates away',
      `CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER never BEFORE UPDATE ON nestjs_sessions FOR EACH ROW EXECUTE FUNCTION never()`,
      /cannot be locked: a trigger or a rule/,
    ],
    [
      'whose trigger changes what is stored',
      `CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.data = ''{}''; RETURN NEW; END';
       CREATE TRIGGER other BEFORE INSERT ON nestjs_sessions FOR EACH ROW EXECUTE FUNCTION other()`,
      /cannot be read as it was written/,
    ],
  ])('%s, and says so', async (_, alter, message) => {
    await database.query(createTableSql());
    await database.query(alter);
    expect(await refusalOf({ pool: database.admin })).toMatch(message);
    expect(await refusalOf({ pool: database.admin, createTable: true })).toMatch(message);
  });

  it('whose row security hides sessions from it, and says so; it starts with a policy that does not', async () => {
    const role = 'nestjs_sessions_row_security';
    await database.query(createTableSql());
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    try {
      await database.query(`${ALTER} ENABLE ROW LEVEL SECURITY; GRANT ALL ON nestjs_sessions TO ${role}`);
      const connectionString = database.urlWith({ user: role, password: 'x' });
      expect(await refusalOf({ connectionString })).toMatch(
        /row security .*for the role "nestjs_sessions_row_security"/,
      );
      await database.query('CREATE POLICY own ON nestjs_sessions FOR INSERT WITH CHECK (true)');
      expect(await refusalOf({ connectionString })).toMatch(/because row security/);

      await database.query('CREATE POLICY all_of_them ON nestjs_sessions USING (true)');
      const { trial, store } = await tryPostgres({ connectionString });
      await trial.given();
      await store.close();
    } finally {
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

describe('Row security that is switched on while PostgresStore works', () => {
  const ROLE = 'nestjs_sessions_row_security_later';
  let tried: PostgresTrial;
  beforeEach(async () => {
    await database.query(createTableSql());
    await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'x'; GRANT ALL ON nestjs_sessions TO ${ROLE}`);
    tried = await tryPostgres({ connectionString: database.urlWith({ user: ROLE, password: 'x' }) });
  });
  afterEach(async () => {
    await tried.store.close();
    await database.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
  });

  it('hides no session: each operation is an error that says so, until it is switched off', async () => {
    const { store, trial, logger } = tried;
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: false } };
    const tombstoneUntil = record.expiresAt;
    const operations: (() => Promise<unknown>)[] = [
      () => store.load({ id }),
      () => store.loadMany({ ids: [id] }),
      () => trial.tryLock(id, token),
      () => store.update({ id, record, guard }),
      () => store.touch({ id, expiresAt: record.expiresAt + 1_000 }),
      () => store.renewLock({ id, token, lease: 60_000 }),
      () => store.unlock({ id, token }),
      () => store.rotate({ from: id, to: trial.id(), record, guard, tombstoneUntil }),
      () => store.delete({ id, tombstoneUntil }),
      () => store.create({ id: trial.id(), record }),
    ];
    await database.query(`${ALTER} ENABLE ROW LEVEL SECURITY`);
    for (const operation of operations) {
      await expect(operation()).rejects.toThrow(SessionStoreError);
      await expect(operation()).rejects.toThrow(`because row security hides or refuses it for the role "${ROLE}"`);
    }
    expect(logger.messages('error')).toEqual([expect.stringContaining('DISABLE ROW LEVEL SECURITY')]);

    await database.query(`${ALTER} DISABLE ROW LEVEL SECURITY`);
    expect((await trial.found(id)).version).toBe(version);
    await trial.isLocked(id);
  });

  it('as any privilege that is refused, has the table looked at again, and no other one looked for or made', async () => {
    const connectionString = database.urlWith({ user: ROLE, password: 'x' });
    const { store, trial } = await tryPostgres({ connectionString, createTable: true });
    await trial.given();
    await database.query(`REVOKE UPDATE ON nestjs_sessions FROM ${ROLE}; CREATE SCHEMA AUTHORIZATION ${ROLE}`);
    await database.query(`ALTER ROLE ${ROLE} SET search_path TO ${ROLE}`);
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`);
    await expect(trial.givenLocked()).rejects.toThrow(
      'lacks privileges (UPDATE) for the table "public"."nestjs_sessions"',
    );
    const tables = "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE relname = 'nestjs_sessions'";
    expect(await database.query(tables)).toEqual([{ schema: 'public' }]);
    await store.close();
  });

  it('is no obstacle as soon as a policy lets the role see all sessions', async () => {
    const { store, trial } = tried;
    const { id } = await trial.given();
    await database.query(`${ALTER} ENABLE ROW LEVEL SECURITY`);
    await expect(store.load({ id })).rejects.toThrow('because row security');
    await database.query('CREATE POLICY all_of_them ON nestjs_sessions USING (true)');
    await trial.found(id);
    await trial.isMissing(trial.id());
    expect(await store.loadMany({ ids: [trial.id(), id] })).toMatchObject([{ status: 'missing' }, { status: 'found' }]);
    await trial.lock((await trial.given()).id);
  });
});

describe('PostgresStore does not start with a database', () => {
  it('that cannot hold every text, and says so', async () => {
    const server = await PostgresServer.sharedUrl();
    const name = `${new URL(database.url).pathname.slice(1)}_latin`;
    await runOnce(server, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    try {
      const connectionString = server.replace(/\/postgres$/, `/${name}`);
      expect(await refusalOf({ connectionString, createTable: true })).toMatch(/encoding LATIN1.*ENCODING 'UTF8'/);
    } finally {
      await runOnce(server, `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('that is read-only, and says so', async () => {
    const connectionString = database.urlWith({ options: '-c default_transaction_read_only=on' });
    expect(await refusalOf({ connectionString, createTable: true })).toMatch(/read-only.*address of the primary/);
    // And not that it lacks a table, which could not be made there.
    expect(await refusalOf({ connectionString })).toMatch(/read-only.*address of the primary/);
  });
});

describe('The start of PostgresStore', () => {
  it('leaves nothing behind of the session that it tried', async () => {
    const { store } = await tryPostgres({ pool: database.admin, createTable: true });
    expect(await database.query('SELECT FROM nestjs_sessions')).toEqual([]);
    expect(await store.count()).toBe(0);
    expect(
      await database.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    ).toEqual([]);
  });

  it('accepts a table whose texts are of another type that holds any text', async () => {
    await database.query(createTableSql());
    await database.query(
      `${ALTER} ALTER data TYPE varchar, ALTER lock_holder TYPE varchar, ALTER expires_at TYPE timestamptz(3)`,
    );
    const { trial } = await tryPostgres({ pool: database.admin });
    await trial.given();
  });

  it('does not end the application for what passes: a server that cancels, a table that is locked', async () => {
    await database.query(createTableSql());
    const connectionString = database.urlWith({ options: '-c lock_timeout=50' });
    const blocker = await database.admin.connect();
    let tried: PostgresTrial;
    try {
      await blocker.query('BEGIN; LOCK TABLE nestjs_sessions');
      tried = await tryPostgres({ connectionString });
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    const { store, trial, logger } = tried;
    expect(logger.messages('warn')).toEqual([
      expect.stringContaining('cannot be used yet (it did not get a lock within lock_timeout'),
    ]);
    await trial.given();
    await store.close();
  });
});

describe('PostgresStore, over TLS', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.startWithTls(await selfSignedCertificate());
  });
  afterAll(() => server.dispose());

  it('says that the certificate is not trusted, at the start and to a request', async () => {
    const { store, trial, logger } = await tryPostgres({ connectionString: `${server.url}?sslmode=verify-full` });
    const why = 'the client does not trust its certificate: the CA, the name or the date does not fit';
    expect(logger.messages('warn')).toEqual([expect.stringContaining(`cannot be used yet (${why}`)]);
    await expect(trial.given()).rejects.toThrow(`PostgreSQL failed: ${why} (DEPTH_ZERO_SELF_SIGNED_CERT)`);
    await store.close();
  });

  it('works with a certificate that the client takes', async () => {
    const connectionString = `${server.url}?sslmode=no-verify`;
    const { store, trial, logger } = await tryPostgres({ connectionString, createTable: true });
    await trial.given();
    expect(logger.lines).toEqual([]);
    await store.close();
  });
});
