import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Cron, CronExpression, SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { SessionStoreError } from './errors/index.js';
import { isSweepable } from './interfaces/store-abilities.js';
import { DEFAULT_BATCH, type ResolvedOptions } from './options/sessions-options.js';
import { sweepInBatches } from './session/store-access/sweep-in-batches.js';
import { RESOLVED_OPTIONS } from './sessions.constants.js';
import { SessionStore } from './stores/session-store.js';

const JOB = 'nestjs-sessions.cleanup';

/** Removes expired sessions, on a schedule and on demand; it never runs twice at once. */
@Injectable()
export class SessionsCleanup implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('SessionsModule');
  #ownJob: CronJob | undefined;
  #running: Promise<number> | undefined;
  #isStopping = false;
  #giveUp: (storeTimeout: number) => void = () => undefined;

  constructor(
    private readonly store: SessionStore,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    @Optional() private readonly registry?: SchedulerRegistry,
  ) {
    const { cleanup } = options;
    // Decorated when it is made, and not on the class: the expression is known only now, and two applications in one process
    // may have different ones.
    const tick = this.tick.bind(this);
    this.tick = tick;
    const decorate = Cron(cleanup === false ? CronExpression.EVERY_YEAR : cleanup.cron, {
      name: JOB,
      disabled: cleanup === false,
      // A script that has done its work ends, also when nobody closes its application.
      unrefTimeout: true,
    });
    decorate(this, 'tick', { value: tick });
  }

  /** Where the application has a ScheduleModule it has found the job; where it has none, this one job is scheduled by itself. */
  onApplicationBootstrap(): void {
    const { cleanup } = this.options;
    if (this.registry === undefined && cleanup !== false) {
      this.#ownJob = CronJob.from({
        cronTime: cleanup.cron,
        onTick: () => this.tick(),
        start: true,
        unrefTimeout: true,
      });
    }
  }

  /** Waits for the batch that is under way, but no longer than `storeTimeout`: a store that hangs must not hold up the shutdown. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    await this.#ownJob?.stop();
    const { clock, storeTimeout } = this.options;
    const cancel = clock.setTimer(() => this.#giveUp(storeTimeout), storeTimeout, { isAwaited: true });
    // The caller that asked for the clean-up is told of its errors.
    await this.#running?.catch(() => undefined);
    cancel();
  }

  /** Returns the number of sessions removed; a call during another joins it. */
  cleanUp(): Promise<number> {
    this.#running ??= new Promise<number>((resolve, reject) => {
      this.#giveUp = (storeTimeout) =>
        reject(
          new SessionStoreError(`The clean-up had not ended ${storeTimeout} ms after it was told to`, storeTimeout),
        );
      this.#sweep().then(resolve, reject);
    }).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The job. Errors end here: the next tick is another attempt. */
  async tick(): Promise<void> {
    if (this.#isStopping) {
      return;
    }
    try {
      await this.cleanUp();
    } catch (error) {
      this.#logger.error(`Clean-up failed and is tried again at its next time: ${String(error)}`);
    }
  }

  async #sweep(): Promise<number> {
    if (!isSweepable(this.store)) {
      return 0;
    }
    const { cleanup, clock } = this.options;
    const batchSize = cleanup === false ? DEFAULT_BATCH : cleanup.batchSize;
    let removed = 0;
    for await (const batch of sweepInBatches(this.store, { batchSize }, clock)) {
      removed += batch.removed;
      for (const error of batch.errors ?? []) {
        this.#logger.warn(`Clean-up left a bad record where it was: ${error.message}`);
      }
      if (this.#isStopping) {
        break;
      }
      await new Promise(setImmediate);
    }
    this.#report(removed);
    return removed;
  }

  #report(removed: number): void {
    const message = `Clean-up removed ${removed} expired session${removed === 1 ? '' : 's'}`;
    if (removed === 0) {
      this.#logger.debug(message);
    } else {
      this.#logger.log(message);
    }
  }
}
