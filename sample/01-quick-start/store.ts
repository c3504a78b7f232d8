import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';

/** Files in the folder that SESSIONS_DIR names; without it, memory. */
export function storeFromEnvironment(): SessionStore {
  const directory = process.env['SESSIONS_DIR'];
  return directory === undefined ? new MemoryStore() : new FileStore({ directory });
}
