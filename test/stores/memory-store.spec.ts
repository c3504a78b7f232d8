import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

describe('MemoryStore keeps the contract', () => {
  const clock = new ManualClock();
  const contract = sessionStoreContract({
    create: async () => {
      const store = new MemoryStore();
      await store.start({ clock, logger: new RecordingLogger() });
      return store;
    },
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
  });
  for (const { name, run } of contract) it(name, run);
});
