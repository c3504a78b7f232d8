import { setTimeout as sleep } from 'node:timers/promises';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { reportReady } from './report-ready.js';

/*
 * A process that counts up a session in memcached, each time under its lock: `ADDRESS`, `ID`, and how many clients do so at
 * the same time (`CLIENTS`), how often each (`TIMES`).
 */

const { ADDRESS = '', ID: id = '', CLIENTS = '1', TIMES = '1' } = process.env;
const store = new MemcachedStore({ servers: ADDRESS });
const holder = { route: 'POST /increments', process: String(process.pid), since: Date.now() };

reportReady('');
const clients = Array.from({ length: Number(CLIENTS) }, async (_, client) => {
  for (let n = 0; n < Number(TIMES); n += 1) await increment(`${process.pid}-${client}-${n}`);
});
await Promise.all(clients);
await store.close();
process.disconnect();

async function increment(token: string): Promise<void> {
  for (;;) {
    const answer = await store.tryLock({ id, token, lease: 10_000, holder });
    if (answer.status === 'acquired') {
      const { record, version } = answer;
      // Time enough for others to come in between, if anything lets them.
      await sleep(1);
      const next = { ...record, data: String(Number(record.data) + 1) };
      const written = await store.update({ id, record: next, guard: { version, lock: { token, release: true } } });
      if (written === false) throw new Error('A lock was lost');
      return;
    }
    if (answer.status !== 'held') throw new Error(`The session is ${answer.status}`);
    await sleep(1 + Math.random() * 4);
  }
}
