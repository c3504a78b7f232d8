import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createTableSql, type PostgresStore } from 'nestjs-sessions/postgres';
import { HOUR, SHORT, written } from '../../lib/testing/contract/harness.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
});
afterAll(() => database.drop());

/** Another's transaction, which has changed a row and is not over yet: whoever wants the row has to wait for it. */
async function during(change: string, values: unknown[], work: () => Promise<void>, end = 'COMMIT'): Promise<void> {
  const client = await database.admin.connect();
  await client.query('BEGIN');
  await client.query(change, values);
  try {
    await work();
  } finally {
    await client.query(end);
    client.release();
  }
}

async function untilSomebodyWaits(): Promise<void> {
  const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0) await sleep(2);
}

describe.each(['read committed', 'repeatable read', 'serializable'])(
  'PostgresStore, transactions being %s',
  (level) => {
    let pool: pg.Pool;
    let store: PostgresStore;
    let trial: PostgresTrial['trial'];
    beforeAll(async () => {
      const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`;
      pool = new pg.Pool({ connectionString: database.urlWith({ options }) });
      ({ store, trial } = await tryPostgres({ pool }));
    });
    afterAll(() => pool.end());

    /** Starts `operation` while `change` is under way, and gives its answer after that is committed. */
    async function afterWaitingFor<T>(change: string, values: unknown[], operation: () => Promise<T>): Promise<T> {
      let answer: Promise<T> | undefined;
      await during(change, values, async () => {
        answer = operation();
        await untilSomebodyWaits();
      });
      return answer ?? operation();
    }

    it('a lock that had to wait comes with the record as it was left, not as it was found', async () => {
      const { id } = await trial.given('old');
      const change = "UPDATE nestjs_sessions SET data = 'new', version = gen_random_uuid() WHERE id = $1";
      const { record, version, token } = await afterWaitingFor(change, [id], () => trial.lock(id));
      expect(record.data).toBe('new');
      written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    });

    it('a lock that another has taken meanwhile is held', async () => {
      const { id } = await trial.given();
      const change =
        "UPDATE nestjs_sessions SET lock_token = 'theirs', lock_until = now() + interval '1 hour' WHERE id = $1";
      const answer = await afterWaitingFor(change, [id], () => trial.tryLock(id, trial.token()));
      expect(answer.status).toBe('held');
    });

    it('a session that was deleted meanwhile is neither locked nor written', async () => {
      const change = `UPDATE nestjs_sessions SET data = NULL, end_reason = 'destroyed', expires_at = now() + interval '1 hour'
        WHERE id = $1`;
      const { id, record, version } = await trial.given();
      expect(await afterWaitingFor(change, [id], () => store.update({ id, record, guard: { version } }))).toBe(false);
      const { id: other } = await trial.given();
      const answer = await afterWaitingFor(change, [other], () => trial.tryLock(other, trial.token()));
      expect(answer.status).not.toBe('acquired');
      await trial.isGone(other, 'destroyed');
    });

    it('a rotation takes along the lease that was renewed meanwhile', async () => {
      const { id: from, record, version, token } = await trial.givenLocked({ lease: SHORT });
      const to = trial.id();
      const change = "UPDATE nestjs_sessions SET lock_until = now() + interval '1 hour' WHERE id = $1";
      const guard = { version, lock: { token, release: false } };
      const rotation = { from, to, record, guard, tombstoneUntil: Date.now() + HOUR };
      written(await afterWaitingFor(change, [from], () => store.rotate(rotation)));
      await sleep(SHORT);
      await trial.isLocked(to);
      await trial.isGone(from, 'rotated');
    });

    it('a rotation of what was written meanwhile is refused, and leaves nothing under the new id', async () => {
      const { id: from, record, version } = await trial.given();
      const to = trial.id();
      const change = "UPDATE nestjs_sessions SET data = 'theirs', version = gen_random_uuid() WHERE id = $1";
      const rotation = { from, to, record, guard: { version }, tombstoneUntil: Date.now() + HOUR };
      expect(await afterWaitingFor(change, [from], () => store.rotate(rotation))).toBe(false);
      await trial.isMissing(to);
      expect((await trial.found(from)).record.data).toBe('theirs');
    });

    it('a rotation to an id that is taken meanwhile is refused, and the session stays under the old one', async () => {
      const { id: from, record, version } = await trial.given('mine');
      const to = trial.id();
      const change = `INSERT INTO nestjs_sessions (id, data, version, created_at, expires_at)
      VALUES ($1, 'theirs', gen_random_uuid(), now(), now() + interval '1 hour')`;
      const rotation = { from, to, record, guard: { version }, tombstoneUntil: Date.now() + HOUR };
      expect(await afterWaitingFor(change, [to], () => store.rotate(rotation))).toBe(false);
      expect((await trial.found(from)).record.data).toBe('mine');
      expect((await trial.found(to)).record.data).toBe('theirs');
    });

    it('a clean-up leaves alone what is being renewed', async () => {
      const { id } = await trial.given('renewed', SHORT);
      await sleep(SHORT + 1);
      const change = "UPDATE nestjs_sessions SET expires_at = now() + interval '1 hour' WHERE id = $1";
      await during(change, [id], async () => {
        for await (const { removed } of store.sweep({ batchSize: 10 })) expect(removed).toBe(0);
      });
      await trial.found(id);
    });
  },
);

describe('The clean-up of PostgresStore', () => {
  it('runs on one instance at a time, and of many that start together each record is removed by one', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => tryPostgres({ connectionString: database.url })));
    await database.query(
      `INSERT INTO nestjs_sessions (id, data, version, created_at, expires_at)
       SELECT 'expired ' || n, '{}', gen_random_uuid(), now(), now() - interval '1 hour' FROM generate_series(1, 5000) n`,
    );
    const removed = await Promise.all(
      stores.map(async ({ store }) => {
        let sum = 0;
        for await (const batch of store.sweep({ batchSize: 100 })) sum += batch.removed;
        return sum;
      }),
    );
    expect(removed.reduce((a, b) => a + b)).toBe(5_000);
    await Promise.all(stores.map(({ store }) => store.close()));
  });

  it('is left to the instance that is at it', async () => {
    const { store } = await tryPostgres({ pool: database.admin });
    await database.query(
      `INSERT INTO nestjs_sessions (id, data, version, created_at, expires_at)
       VALUES ('expired', '{}', gen_random_uuid(), now(), now() - interval '1 hour')`,
    );
    const sweep = async (): Promise<number> => {
      let sum = 0;
      for await (const { removed } of store.sweep({ batchSize: 100 })) sum += removed;
      return sum;
    };
    // The lock of the statement, as another instance in the middle of its batch has it.
    const lock = `SELECT pg_advisory_xact_lock((1853056371::bigint << 32) + 'nestjs_sessions'::regclass::oid::bigint)`;
    await during(lock, [], async () => expect(await sweep()).toBe(0));
    expect(await sweep()).toBe(1);
  });
});
