import { rename } from 'node:fs/promises';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { FileStore, type FileStoreFsync } from '../../lib/stores/file/file.store.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

describe.each<FileStoreFsync>(['none', 'full'])('FileStore keeps the contract, fsync: %s', (fsync) => {
  const clock = new ManualClock();
  const directories = new WeakMap<FileStore, string>();
  const contract = sessionStoreContract({
    create: async () => {
      const directory = await temporaryDirectory();
      const store = new FileStore({ directory, fsync });
      directories.set(store, directory);
      await store.start({ clock, logger: new RecordingLogger() });
      return store;
    },
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
    breakDown: async (store) => {
      const directory = directories.get(store)!;
      await rename(directory, `${directory}-unmounted`);
    },
  });
  for (const { name, run } of contract) it(name, run);
});
