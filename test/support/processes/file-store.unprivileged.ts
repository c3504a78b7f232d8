import { SessionsConfigError } from '../../../lib/errors/index.js';
import { fileStoreOn } from '../stores/file-store-on.js';
import { reportReady } from './report-ready.js';

/** A process without privileges that starts a file store, and reports what came of it. */

const [directory = ''] = process.argv.slice(2);
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}
reportReady(
  await fileStoreOn(directory).then(
    () => 'started',
    (error: unknown) => (error instanceof SessionsConfigError ? `${error.code} ${error.message}` : String(error)),
  ),
);
process.disconnect();
