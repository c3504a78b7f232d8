import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionStoreError } from '../../../lib/errors/session-store.error.js';
import { PostgresStore } from '../../../lib/stores/postgres/postgres.store.js';
import { reportReady } from './report-ready.js';

/*
 * A process that counts up a session in PostgreSQL, each time under its lock, by several clients at the same time (`CLIENTS`),
 * so often each (`TIMES`, 0 for as long as it lives), from its parent's first message on. It tells its parent of each update
 * that was acknowledged, and of each that failed, which may have been made.
 */

const { URL: connectionString = '', ID: id = '', CLIENTS = '1', TIMES = '0', LEASE = '10000' } = process.env;
const store = new PostgresStore({ connectionString });
const holder = { route: 'POST /increments', process: String(process.pid), since: Date.now() };

reportReady('');
await once(process, 'message');
await Promise.all(Array.from({ length: Number(CLIENTS) }, () => count(Number(TIMES) || Infinity)));
await store.close();
process.disconnect();

async function count(times: number): Promise<void> {
  for (let counted = 0; counted < times;) {
    try {
      if (await increment()) {
        counted += 1;
        await tell('acknowledged');
      }
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
      await tell('unknown');
    }
    await sleep(Math.random() * 4);
  }
}

async function increment(): Promise<boolean> {
  const token = randomBytes(12).toString('base64url');
  const answer = await store.tryLock({ id, token, lease: Number(LEASE), holder });
  if (answer.status !== 'acquired') return false;
  const { record, version } = answer;
  // Time enough for others to come in between, if anything lets them.
  await sleep(1);
  const next = { ...record, data: String(Number(record.data) + 1) };
  return (await store.update({ id, record: next, guard: { version, lock: { token, release: true } } })) !== false;
}

/** Resolves when it is sent: what was told before a kill is known. */
function tell(outcome: 'acknowledged' | 'unknown'): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(outcome, () => resolve());
  });
}
