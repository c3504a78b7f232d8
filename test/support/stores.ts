import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';

/** A place for sessions that tests can open stores on, from several processes where the store serves several. */
export interface StorePlace {
  /** Handed to `openStore()`, also in a child process. */
  readonly spec: string;
  dispose(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  /** Whether several processes can share a place. */
  readonly isShared: boolean;
  /** Whether it counts and cleans up its sessions, and by the clock of the application: a database has its own. */
  readonly isCounting: boolean;
  prepare(): Promise<StorePlace>;
}

const memory: StoreKind = {
  name: 'memory',
  isShared: false,
  isCounting: true,
  prepare: () => Promise.resolve({ spec: 'memory', dispose: () => Promise.resolve() }),
};

const file: StoreKind = {
  name: 'file',
  isShared: true,
  isCounting: true,
  prepare: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
    return { spec: `file:${directory}`, dispose: () => rm(directory, { recursive: true, force: true }) };
  },
};

/** Promises in which the store matters are tested on each: `describe.each(storeKinds)('... on $name', (kind) => ...)`. */
export const storeKinds: readonly StoreKind[] = [memory, file];

/** Those that several processes can share. */
export const sharedStoreKinds = storeKinds.filter(({ isShared }) => isShared);

/** Those that count and clean up by the clock that a test moves. */
export const countingStoreKinds = storeKinds.filter(({ isCounting }) => isCounting);

export function openStore(spec: string): SessionStore {
  const [kind, where = ''] = spec.split(/:(.*)/s);
  switch (kind) {
    case 'memory':
      return new MemoryStore();
    case 'file':
      return new FileStore({ directory: where });
    default:
      throw new Error(`There is no store for ${spec}`);
  }
}
