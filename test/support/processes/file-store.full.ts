import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { FileStore } from '../../../lib/stores/file/file.store.js';
import { systemClock } from '../stores/file-store-on.js';
import { RecordingLogger } from '../basics/recording-logger.js';

/** A process that may write small files only: what it writes too much of is cut off in the middle, as on a full disk. */

const [directory = ''] = process.argv.slice(2);
const store = new FileStore({ directory });
await store.start({ clock: systemClock, logger: new RecordingLogger() });

const id = randomBytes(32).toString('base64url');
const other = randomBytes(32).toString('base64url');
const now = Date.now();
const small = { data: '{"small":true}', createdAt: now, expiresAt: now + 3_600_000 };
const large = { ...small, data: JSON.stringify({ large: 'x'.repeat(200_000) }) };

const version = await store.create({ id, record: small });
if (version === false) throw new Error('not created');
const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
const updated = await codeOf(store.update({ id, record: large, guard: { version } }));
const created = await codeOf(store.create({ id: other, record: large }));
const after = await store.load({ id });
const names = await readdir(directory, { recursive: true });
const files = names.filter((name) => name.includes(',')).length;
const again = await store.update({ id, record: small, guard: { version } });
console.log(
  JSON.stringify({
    updated,
    created,
    after: after.status === 'found' && after.record.data,
    files,
    isWritable: again !== false,
  }),
);
