import { randomBytes } from 'node:crypto';
import { FileStore } from '../../../lib/stores/file/file.store.js';
import { systemClock } from '../stores/file-store-on.js';
import { RecordingLogger } from '../basics/recording-logger.js';

/** A process that may open few files, and serves many requests at the same time. */

const [directory = ''] = process.argv.slice(2);
const store = new FileStore({ directory });
await store.start({ clock: systemClock, logger: new RecordingLogger() });

const now = Date.now();
const ids = Array.from({ length: 300 }, () => randomBytes(32).toString('base64url'));
const record = { data: '{"visits":1}', createdAt: now, expiresAt: now + 3_600_000 };
const created = await Promise.all(ids.map((id) => store.create({ id, record })));
const loaded = await Promise.all([...ids, ...ids, ...ids].map((id) => store.load({ id })));
console.log(
  JSON.stringify({
    created: created.filter((version) => version !== false).length,
    found: loaded.filter(({ status }) => status === 'found').length,
  }),
);
