import type { Clock } from '../../../lib/interfaces/clock.interface.js';
import { FileStore, type FileStoreFsync } from '../../../lib/stores/file/file.store.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../basics/recording-logger.js';

export interface StartedFileStore {
  readonly store: FileStore;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
}

/** A file store that was started on the directory, with a clock of its own. */
export async function fileStoreOn(directory: string, fsync?: FileStoreFsync): Promise<StartedFileStore> {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const store = new FileStore({ directory, ...(fsync && { fsync }) });
  await store.start({ clock, logger });
  return { store, clock, logger };
}

/** The machine's clock, for stores that several processes share. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: () => () => {},
};
