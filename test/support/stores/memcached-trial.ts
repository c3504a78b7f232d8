import type { SessionVersion } from '../../../lib/interfaces/session-record.interface.js';
import { MemcachedStore, type MemcachedClient } from 'nestjs-sessions/memcached';
import { ManualClock } from 'nestjs-sessions/testing';
import { MemcachedModel, SteppedClient } from '../models/memcached-model.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { Lane } from './stepped-disk.js';
import { arrange, observe, type Operation, type Situation } from '../models/store-model.js';

/** Processes with a store each on one memcached, whose commands are laid into one another. */
export class MemcachedTrial {
  readonly #clock = new ManualClock();
  readonly #memcached = new MemcachedModel();
  readonly #holder: MemcachedStore;
  #version: SessionVersion = 'none';

  private constructor() {
    this.#holder = this.#open(this.#memcached);
  }

  static async begin(situation: Situation): Promise<MemcachedTrial> {
    const trial = new MemcachedTrial();
    trial.#version = await arrange(trial.#holder, situation, trial.#clock);
    return trial;
  }

  /** Runs it to its end, in the process that arranged the situation. */
  run({ run }: Operation): Promise<unknown> {
    return run(this.#holder, this.#version);
  }

  /** Runs it up to its first command, in a process of its own. */
  start({ run }: Operation): Lane {
    const client = new SteppedClient(this.#memcached);
    const store = this.#open(client);
    const lane = new Lane(async () => {
      await Promise.resolve();
      return run(store, this.#version);
    });
    client.lane = lane;
    return lane;
  }

  /** What can be seen at the end, and that no claim to an id was left behind. */
  end(): Promise<unknown> {
    expect(this.#memcached.values.filter((value) => value.includes('movesFrom'))).toEqual([]);
    return this.endAfterCrash();
  }

  /** What can be seen when an operation was left where it stood. */
  endAfterCrash(): Promise<unknown> {
    return observe(this.#open(this.#memcached));
  }

  #open(client: MemcachedClient): MemcachedStore {
    const store = new MemcachedStore({ client });
    void store.start({ clock: this.#clock, logger: new RecordingLogger() });
    return store;
  }
}
