import { lockTerms } from '../lock/lock-settings.js';
import { SectionScope } from '../lock/section-scope.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A handler that runs goes on, also when its client has left. One for each: Node warns when many listen to the same. */
const neverAborted = (): AbortSignal => new AbortController().signal;

/** The lock as a handler takes it by hand. It is re-entrant within a request, so it is counted. */
export class CriticalSections {
  readonly #scope = new SectionScope(this);
  /** How often the lock was taken, by the load that locked included; counted from the first step on. */
  #depth: number | undefined;

  constructor(private readonly unit: UnitOfWork) {}

  /** Whether the code that asks runs within a section of this request. */
  get isWithin(): boolean {
    return SectionScope.isWithin(this);
  }

  /** A commit has freed the lock: that it was taken before counts no more. */
  forgetLock(): void {
    this.#depth = undefined;
  }

  async enter(signal = neverAborted): Promise<void> {
    const { active, deps, isOver } = this.unit;
    const { stage, settings, transport } = active;
    const depth = this.#counted;
    // Nothing would free a lock that a request takes after it was discarded, and it stores nothing.
    if (stage.at === 'stored' && stage.lock === undefined && !isOver) {
      const found = await deps.repository.lock(stage.record, lockTerms(settings, transport.route, signal));
      if (found.at === 'gone') {
        active.lost(found.because);
      } else {
        active.relocked(found, stage);
      }
    }
    this.#depth = depth + 1;
  }

  /** Saves and frees the lock at the end of the outermost section. */
  async leave(): Promise<void> {
    const { active, deps, isOver } = this.unit;
    if (this.#isOutermost() && !isOver) {
      await deps.writer.write(active, true);
      await deps.writer.unlock(active);
    }
  }

  /** Locks, reads again, runs the section, saves, frees the lock. When the section fails nothing of it is kept. */
  run<R>(section: () => R | Promise<R>): Promise<R> {
    return this.#scope.run(() => this.#run(section));
  }

  async #run<R>(section: () => R | Promise<R>): Promise<R> {
    const { active, queue } = this.unit;
    await queue.run(() => this.enter());
    const before = active.checkpoint();
    const stopWatching = active.data.watchOthers(() => !this.isWithin);
    let result: R;
    try {
      result = await section();
    } catch (error) {
      active.rollBack(before);
      active.data.replayOthers();
      await queue.run(() => this.#fail());
      throw error;
    } finally {
      stopWatching?.();
    }
    await queue.run(() => this.leave());
    return result;
  }

  /** Frees the lock only: what the request changed before the section is not the section's to save. */
  async #fail(): Promise<void> {
    const { active, deps } = this.unit;
    if (this.#isOutermost()) {
      await deps.writer.unlock(active);
    }
  }

  get #counted(): number {
    return (this.#depth ??= this.unit.active.lock === undefined ? 0 : 1);
  }

  #isOutermost(): boolean {
    const depth = this.#counted;
    this.#depth = Math.max(0, depth - 1);
    return depth === 1;
  }
}
