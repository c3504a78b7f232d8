import { setTimeout as sleep } from 'node:timers/promises';
import { createTableSql } from 'nestjs-sessions/postgres';
import { spawnApp, type SpawnedApp } from '../support/processes/child-process.js';
import { often } from '../support/models/long-form.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';

const file = new URL('../support/processes/postgres-counter.ts', import.meta.url);

let database: PostgresDatabase;
let trial: PostgresTrial['trial'];
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
  ({ trial } = await tryPostgres({ pool: database.admin }));
});
afterAll(() => database.drop());

interface Counter {
  readonly app: SpawnedApp;
  readonly told: { acknowledged: number; unknown: number };
}

async function startCounter(env: Readonly<Record<string, string>>): Promise<Counter> {
  const app = await spawnApp(file, { env: { URL: database.url, ...env } });
  const told = { acknowledged: 0, unknown: 0 };
  app.process.on('message', (outcome: keyof typeof told) => (told[outcome] += 1));
  return { app, told };
}

/** Starts so many, and lets all of them count from the same moment on. */
async function startCounters(count: number, env: Readonly<Record<string, string>>): Promise<Counter[]> {
  const counters = await Promise.all(Array.from({ length: count }, () => startCounter(env)));
  for (const { app } of counters) app.process.send('go');
  return counters;
}

function sum(counters: readonly Counter[], outcome: keyof Counter['told']): number {
  return counters.reduce((total, { told }) => total + told[outcome], 0);
}

describe('PostgresStore in several processes', () => {
  it(
    'loses none of the increments that eight of them make under the lock',
    async () => {
      const { id } = await trial.given('0');
      const [processes, clients, times] = [8, 2, often(10)];
      const env = { ID: id, CLIENTS: String(clients), TIMES: String(times) };
      const counters = await startCounters(processes, env);
      for (const { app } of counters) expect(await app.exited).toEqual({ code: 0, signal: null });
      const all = processes * clients * times;
      expect(sum(counters, 'acknowledged')).toBe(all);
      expect((await trial.found(id)).record.data).toBe(String(all));
    },
    often(90_000),
  );

  it(
    'loses no acknowledged update while holders are killed, sleep through their leases and lose their connections',
    async () => {
      const { id } = await trial.given('0');
      const clients = 2;
      const env = { ID: id, CLIENTS: String(clients), LEASE: '200' };
      const counters = await startCounters(4, env);
      const [killed, sleeper, ...others] = counters;
      await sleep(300);
      sleeper?.app.process.kill('SIGSTOP');
      await sleep(100);
      killed?.app.process.kill('SIGKILL');
      for (let n = 0; n < 50; n += 1) {
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'nestjs-sessions' ORDER BY random() LIMIT 1`,
        );
        await sleep(10);
      }
      sleeper?.app.process.kill('SIGCONT');
      const before = sum(others, 'acknowledged');
      await sleep(500);
      expect(sum(others, 'acknowledged')).toBeGreaterThan(before);
      for (const { app } of counters) app.process.kill('SIGKILL');
      await Promise.all(counters.map(({ app }) => app.exited));

      const counted = Number((await trial.found(id)).record.data);
      const acknowledged = sum(counters, 'acknowledged');
      // Each client that was killed may have had one update under way.
      const unknown = sum(counters, 'unknown') + counters.length * clients;
      expect(acknowledged).toBeGreaterThan(10);
      expect(counted).toBeGreaterThanOrEqual(acknowledged);
      expect(counted).toBeLessThanOrEqual(acknowledged + unknown);
    },
    often(90_000),
  );
});
