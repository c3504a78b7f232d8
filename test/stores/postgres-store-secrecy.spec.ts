import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { createTableSql } from 'nestjs-sessions/postgres';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { codeBlocks } from '../support/documents/markdown.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
let tried: PostgresTrial;
beforeEach(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
  tried = await tryPostgres({ pool: database.admin });
});
afterEach(() => database.drop());

const rows = (): Promise<{ row: string; holder: string | null }[]> =>
  database.query('SELECT t::text AS row, lock_holder AS holder FROM nestjs_sessions t');

describe('What PostgreSQL says of a row that it refuses', () => {
  it('is in no error and no log line: neither the whole hash, nor the data, nor the token', async () => {
    const { store, trial, logger } = tried;
    const { id, record, version, token } = await trial.givenLocked();
    await database.query("ALTER TABLE nestjs_sessions ADD CONSTRAINT meek CHECK (data NOT LIKE '%mellon%')");
    const data = JSON.stringify({ password: 'mellon' });
    const guard = { version, lock: { token, release: false } };
    const failures = await Promise.allSettled([
      store.update({ id, record: { ...record, data }, guard }),
      store.create({ id: trial.id(), record: { ...record, data } }),
      store.rotate({ from: id, to: trial.id(), record: { ...record, data }, guard, tombstoneUntil: Date.now() + HOUR }),
    ]);
    for (const failure of failures) {
      const shown =
        failure.status === 'rejected' ? inspect(failure.reason, { depth: 10, showHidden: true }) : 'it did not fail';
      expect(shown).toContain('23514');
      expect(shown).toContain('meek');
      for (const secret of [id, 'mellon', token, version]) expect(shown).not.toContain(secret);
    }
    expect(JSON.stringify(logger.lines)).not.toMatch(/mellon/);
  });
});

describe('The holder of a lock', () => {
  it('is cut to what fits in a line, without the query, while it has the lock', async () => {
    const { store, trial } = tried;
    const { id } = await trial.given();
    const holder = { route: `GET /items/${'x'.repeat(15_000)}?token=mellon`, process: 'p'.repeat(300), since: 1 };
    await store.tryLock({ id, token: trial.token(), lease: HOUR, holder });
    const [{ holder: kept, row } = { holder: null, row: '' }] = await rows();
    expect(JSON.parse(kept ?? '')).toEqual({ route: holder.route.slice(0, 64), process: 'p'.repeat(64), since: 1 });
    expect(row.length).toBeLessThan(600);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    [
      'the lock is released',
      async (id) => {
        const { token } = await tried.trial.lock(id);
        await tried.store.unlock({ id, token });
      },
    ],
    [
      'a write releases it',
      async (id) => {
        const { record, version, token } = await tried.trial.lock(id);
        written(await tried.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
      },
    ],
    [
      'a rotation releases it',
      async (from) => {
        const { record, version, token } = await tried.trial.lock(from);
        const guard = { version, lock: { token, release: true } };
        written(
          await tried.store.rotate({ from, to: tried.trial.id(), record, guard, tombstoneUntil: Date.now() + HOUR }),
        );
      },
    ],
  ])('is no longer there when %s', async (_, release) => {
    const { id } = await tried.trial.given();
    await release(id);
    for (const { holder } of await rows()) expect(holder).toBeNull();
  });

  it('that something else wrote is no outage: the lock is held by somebody', async () => {
    const { id } = await tried.trial.givenLocked();
    for (const holder of ['not JSON', '7', 'null', '{}']) {
      await database.query('UPDATE nestjs_sessions SET lock_holder = $1', [holder]);
      expect(await tried.trial.tryLock(id, tried.trial.token())).toEqual({ status: 'held' });
    }
  });
});

describe('The documented SQL', () => {
  const text = readFileSync(new URL('../../docs/stores/postgres.md', import.meta.url), 'utf8');
  const deletion = codeBlocks(text, 'sql').find((sql) => sql.includes("'ann'")) ?? '';

  it('ends the sessions of one person, whatever that person and strangers have stored', async () => {
    const { trial } = tried;
    const hers = [
      { userId: 'ann' },
      { note: 'a\u0000\u0000b', userId: 'ann' },
      { note: '\\u0000 \\\\u0000 \\', userId: 'ann', other: '\ud83d' },
      { userId: 'ann', note: '😀 \u0001 "quoted"' },
    ];
    const theirs = [
      { userId: 'bob', note: '\u0000' },
      { userId: 'bob', of: { userId: 'ann' } },
      { userId: 'bob', note: '"userId":"ann" \ude00\u0000' },
      { userId: 'annabel' },
      {},
    ];
    const ids = await Promise.all(
      [...hers, ...theirs].map(async (data) => (await trial.given(JSON.stringify(data))).id),
    );
    await database.query(
      "INSERT INTO nestjs_sessions SELECT 'corrupt', 'no JSON', version, created_at, expires_at FROM nestjs_sessions LIMIT 1",
    );
    await trial.givenGone();
    await database.query(deletion);
    const left = await Promise.all(ids.map(async (id) => (await tried.store.load({ id })).status));
    expect(left).toEqual([...hers.map(() => 'missing'), ...theirs.map(() => 'found')]);
  });
});
