import { SessionHeadersSentError, SessionLockTimeoutError } from '../../errors/index.js';
import { assertWritable, locksByItself } from '../lock/lock-settings.js';
import { RESPONSE_STARTED } from '../session-transport.js';
import { goneError } from './gone-error.js';
import { CriticalSections } from './critical-sections.js';
import { SessionStep } from './session-step.js';
import type { UnitOfWork } from './unit-of-work.js';

/**
 * What an application can do with a session besides reading and changing it. Each is a step: queued before it returns, so that
 * the commit comes after one that is not awaited.
 */
export class SessionSteps {
  #sections: CriticalSections | undefined;
  /** Of a request that waits for its lock before its handler runs. */
  #waiting: AbortController | undefined;

  constructor(private readonly unit: UnitOfWork) {}

  load(): Promise<void> {
    // Its failure is remembered by the unit of work; that nobody waits for it must not end the process.
    return SessionStep.of(this.unit.load(), () => undefined);
  }

  save(): Promise<void> {
    const { active, deps } = this.unit;
    return this.#step('save()', async () => {
      if (active.stage.at === 'new' && !active.data.isEmpty && !active.isCookieSent) {
        this.#assertCookie('Storing a new session');
      }
      await deps.writer.write(active, false);
    });
  }

  /** Forgets what this request has changed, and reads what the store has. @throws SessionGoneError when it has nothing any more. */
  reload(): Promise<void> {
    return this.#step(undefined, async () => {
      const { active, deps } = this.unit;
      const { stage } = active;
      if (stage.at === 'stored' && stage.rotation?.startsNewLife === true) {
        // Nothing is stored of the new life, and what is stored of the old one must not get into it.
        active.data.clear();
        return;
      }
      active.data.revert();
      // Under the lock nobody else has written.
      if (stage.at !== 'stored' || stage.lock !== undefined) {
        return;
      }
      const found = await deps.repository.find([stage.record.id], undefined);
      if (found.at === 'stored') {
        active.relocked(found, stage);
      } else {
        const because = found.at === 'gone' ? found.because : 'expired';
        active.lost(because);
        throw goneError(active, because);
      }
    });
  }

  /** A session that was read without the lock is locked and read again, where its mode locks by itself. */
  async lockWhatWasRead(): Promise<void> {
    const { stage, settings } = this.unit.active;
    if (stage.at === 'stored' && stage.lock === undefined && locksByItself(settings)) {
      const { signal } = (this.#waiting = new AbortController());
      await this.#step('acquireLock()', () => this.#byHand.enter(() => signal));
      if (signal.aborted) {
        // The lock came at the very moment at which the client left: no handler will run that could free it.
        await this.releaseLock();
        throw new SessionLockTimeoutError('The client went away while its session was locked', 0, 'aborted');
      }
    }
  }

  /** Nobody waits for the answer any more, and the handler has not begun. */
  abandonWaiting(): void {
    this.#waiting?.abort();
  }

  acquireLock(): Promise<void> {
    return this.#step('acquireLock()', () => this.#byHand.enter());
  }

  releaseLock(): Promise<void> {
    // A step, also to count: a section that has begun meanwhile must not lose the lock to the end of an earlier one.
    return this.#step(undefined, () => this.#byHand.leave());
  }

  withLock<R>(section: () => R | Promise<R>): Promise<R> {
    return this.unit.pendingSteps.add(this.#section(section));
  }

  regenerate(keepData: boolean): Promise<void> {
    const assertUnanswered = this.#unanswered('regenerate()');
    return this.#step('regenerate()', async () => {
      assertUnanswered();
      // Only now: the headers may have left since it was asked for, and the old id would be dead without a new one.
      this.#assertCookie('regenerate()');
      this.unit.active.rotate(keepData);
    });
  }

  destroy(): Promise<void> {
    const assertUnanswered = this.#unanswered('destroy()');
    return this.#step('destroy()', async () => {
      assertUnanswered();
      await this.unit.deps.writer.end(this.unit.active);
    });
  }

  expire(): void {
    if (this.unit.admitsChange('expire()')) {
      this.#unanswered('expire()')();
      this.#assertCookie('expire()');
      this.unit.active.isCookieExpired = true;
    }
  }

  /** A commit has freed the lock. */
  forgetLock(): void {
    this.#sections?.forgetLock();
  }

  /** Whether the code that asks runs within a section of `withLock()`. */
  get isWithinSection(): boolean {
    return this.#sections?.isWithin === true;
  }

  get #byHand(): CriticalSections {
    return (this.#sections ??= new CriticalSections(this.unit));
  }

  #step(operation: string | undefined, work: () => Promise<void>): Promise<void> {
    const { unit } = this;
    if (unit.isOver) {
      unit.noteLoss();
      return Promise.resolve();
    }
    const step = async (): Promise<void> => {
      // At once where that is possible: the headers may leave right after it was asked for.
      if (!unit.active.isLoaded) {
        await unit.load();
      }
      if (operation !== undefined) {
        assertWritable(unit.active.settings, operation);
      }
      await work();
    };
    return unit.pendingSteps.add(unit.queue.run(step));
  }

  async #section<R>(section: () => R | Promise<R>): Promise<R> {
    const { unit } = this;
    if (unit.isOver) {
      unit.noteLoss();
      return section();
    }
    await unit.load();
    assertWritable(unit.active.settings, 'withLock()');
    return this.#byHand.run(section);
  }

  /** Whether the application has begun to answer counts at the moment in which it asks, and not when its step runs. */
  #unanswered(operation: string): () => void {
    const isAnswered = this.unit.active.transport.hasSentHeaders;
    return () => {
      if (isAnswered) {
        throw new SessionHeadersSentError(operation, RESPONSE_STARTED);
      }
    };
  }

  #assertCookie(operation: string): void {
    const obstacle = this.unit.active.transport.cookieObstacle();
    if (obstacle !== undefined) {
      throw new SessionHeadersSentError(operation, obstacle);
    }
  }
}
