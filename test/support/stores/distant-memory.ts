import { setImmediate as nextTurn } from 'node:timers/promises';
import { MemoryStore } from 'nestjs-sessions';
import { scheduledStore } from '../engine/scheduled-store.js';

/**
 * For what every store has to keep because the engine keeps it: memory that is told and answers in later turns of the event loop,
 * as a server is and does, so that other requests run in between.
 */
export function distantMemory(): MemoryStore {
  return scheduledStore(new MemoryStore(), () => nextTurn());
}
