import { closeSync, openSync } from 'node:fs';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { systemClock } from '../stores/file-store-on.js';
import { RecordingLogger } from '../basics/recording-logger.js';

/** A process that has no file descriptor left for a connection, and then has some again. */

const [kind, where = ''] = process.argv.slice(2);
const store =
  kind === 'memcached' ? new MemcachedStore({ servers: where }) : new PostgresStore({ connectionString: where });
const outcome = (): Promise<string> =>
  store.load({ id: 'x'.repeat(43) }).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );

const taken = takeAll();
await store.start({ clock: systemClock, logger: new RecordingLogger() });
const asked = performance.now();
const without = await Promise.all(Array.from({ length: 5 }, outcome));
const after = performance.now() - asked;
for (const descriptor of taken) closeSync(descriptor);
console.log(JSON.stringify({ without: [...new Set(without)], isInTime: after < 2_000, again: await outcome() }));
await store.close();

function takeAll(): number[] {
  const descriptors: number[] = [];
  try {
    for (;;) descriptors.push(openSync('/dev/null', 'r'));
  } catch {
    return descriptors;
  }
}
