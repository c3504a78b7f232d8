import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from 'nestjs-sessions/testing';
import type { SessionVersion } from '../../lib/interfaces/session-record.interface.js';
import type { SweepableStore } from '../../lib/interfaces/store-abilities.interface.js';
import { FileStore } from '../../lib/stores/file.store.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { RecordingLogger } from './recording-logger.js';
import { Lane } from './stepped-disk.js';
import { arrange, observe, type Operation, type Situation } from './store-model.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A file store in which operations are laid into one another. */
export class FileTrial {
  constructor(
    readonly clock: ManualClock,
    readonly directory: string,
    readonly store: FileStore,
    readonly version: SessionVersion,
  ) {}

  static async begin(situation: Situation): Promise<FileTrial> {
    const directory = await sharedDirectory();
    const clock = new ManualClock();
    const store = new FileStore({ directory });
    await store.start({ clock, logger: new RecordingLogger() });
    return new FileTrial(clock, directory, store, await arrange(store, situation, clock));
  }

  /** Runs it to its end. */
  run({ run }: Operation): Promise<unknown> {
    return run(this.store, this.version);
  }

  /** Runs it up to its first system call. */
  start({ run }: Operation): Lane {
    return new Lane(() => run(this.store, this.version));
  }

  /** What can be seen at the end, and that nothing was left behind. */
  async end(): Promise<unknown> {
    const left = await leftovers(this.directory);
    expect(left).toEqual([]);
    return observe(this.store);
  }

  /** What can be seen when an operation was left where it stood, and that a sweep then removes all that it left. */
  async endAfterCrash(): Promise<unknown> {
    const end = await observe(this.store);
    this.clock.advance(9 * 60_000);
    await age(this.directory);
    await sweep(this.store);
    expect(await leftovers(this.directory)).toEqual([]);
    return end;
  }
}

export async function sweep(store: SessionStore & Partial<SweepableStore>): Promise<string> {
  for await (const { errors } of store.sweep?.({ batchSize: 10 }) ?? []) expect(errors ?? []).toEqual([]);
  return 'swept';
}

let shared: Promise<string> | undefined;

/** One for all trials of a spec file, emptied for each. */
async function sharedDirectory(): Promise<string> {
  const directory = await (shared ??= temporaryDirectory());
  await rm(directory, { recursive: true, force: true });
  return directory;
}

/** All that is in the directory and belongs to no session and no tombstone. */
async function leftovers(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const shard of await readdir(directory)) {
    for (const folder of await readdir(join(directory, shard))) {
      const names = await readdir(join(directory, shard, folder));
      const kinds = names
        .map((name) => name.slice(0, 1))
        .sort()
        .join('');
      if (folder.startsWith('.') || !['dh', 't'].includes(kinds)) found.push(`${folder}: ${names.join(' ')}`);
    }
  }
  return found;
}

/** As if what is being filled had been begun an hour ago. */
async function age(directory: string): Promise<void> {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const shard of await readdir(directory)) {
    for (const folder of await readdir(join(directory, shard))) {
      if (folder.startsWith('.')) await utimes(join(directory, shard, folder), anHourAgo, anHourAgo);
    }
  }
}
