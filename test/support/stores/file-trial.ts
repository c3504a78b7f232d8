import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from 'nestjs-sessions/testing';
import type { SessionVersion } from '../../../lib/interfaces/session-record.interface.js';
import type { SweepableStore } from '../../../lib/interfaces/store-abilities.interface.js';
import { FileStore } from '../../../lib/stores/file/file.store.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { Lane } from './stepped-disk.js';
import { arrange, observe, type Operation, type Situation } from '../models/store-model.js';
import { directoryInMemory } from '../basics/temporary-directory.js';

interface Place {
  readonly clock: ManualClock;
  readonly directory: string;
  readonly store: FileStore;
}

/** A file store in which operations are laid into one another. */
export class FileTrial {
  private constructor(
    private readonly place: Place,
    private readonly version: SessionVersion,
  ) {}

  static async begin(situation: Situation): Promise<FileTrial> {
    const place = await (shared ??= open());
    for (const shard of readdirSync(place.directory)) rmSync(join(place.directory, shard), { recursive: true });
    return new FileTrial(place, await arrange(place.store, situation, place.clock));
  }

  /** Runs it to its end. */
  run({ run }: Operation): Promise<unknown> {
    return run(this.place.store, this.version);
  }

  /** Runs it up to its first system call. */
  start({ run }: Operation): Lane {
    return new Lane(() => run(this.place.store, this.version));
  }

  /** What can be seen at the end, and that nothing was left behind. */
  async end(): Promise<unknown> {
    expect(leftovers(this.place.directory)).toEqual([]);
    return observe(this.place.store);
  }

  /** What can be seen when an operation was left where it stood, and that a sweep then removes all that it left. */
  async endAfterCrash(): Promise<unknown> {
    const { clock, directory, store } = this.place;
    const end = await observe(store);
    clock.advance(9 * 60_000);
    age(directory);
    await sweep(store);
    expect(leftovers(directory)).toEqual([]);
    return end;
  }
}

export async function sweep(store: SessionStore & Partial<SweepableStore>): Promise<string> {
  for await (const { errors } of store.sweep?.({ batchSize: 10 }) ?? []) expect(errors ?? []).toEqual([]);
  return 'swept';
}

let shared: Promise<Place> | undefined;

/** One for all trials of a spec file, emptied for each: there are thousands. */
async function open(): Promise<Place> {
  const directory = await directoryInMemory();
  const clock = new ManualClock();
  const store = new FileStore({ directory });
  await store.start({ clock, logger: new RecordingLogger() });
  return { clock, directory, store };
}

/** All that is in the directory and belongs to no session and no tombstone. */
function leftovers(directory: string): string[] {
  const found: string[] = [];
  for (const shard of readdirSync(directory)) {
    for (const folder of readdirSync(join(directory, shard))) {
      const names = readdirSync(join(directory, shard, folder));
      const kinds = names
        .map((name) => name.slice(0, 1))
        .sort()
        .join('');
      if (folder.startsWith('.') || !['ds', 't'].includes(kinds)) found.push(`${folder}: ${names.join(' ')}`);
    }
  }
  return found;
}

/** As if what is being filled had been begun an hour ago. */
function age(directory: string): void {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const shard of readdirSync(directory)) {
    for (const folder of readdirSync(join(directory, shard))) {
      if (folder.startsWith('.')) utimesSync(join(directory, shard, folder), anHourAgo, anHourAgo);
    }
  }
}
