import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { fileStoreOn, type StartedFileStore } from '../support/stores/file-store-on.js';
import { goesByTheModel } from '../support/models/lived-sessions.js';
import { holds } from '../support/models/property.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

describe('The life of sessions goes by the model, whatever two visitors do in several requests at a time,', () => {
  const memory = { store: new MemoryStore(), clock: new ManualClock(), logger: new RecordingLogger() };
  let file: StartedFileStore;
  beforeAll(async () => {
    await memory.store.start(memory);
    file = await fileStoreOn(await temporaryDirectory(), 'none');
  });

  holds(
    'in memory',
    120,
    goesByTheModel(() => ({ ...memory, canTimePass: true })),
  );
  holds(
    'in files',
    15,
    goesByTheModel(() => ({ ...file, canTimePass: true })),
  );
});
