import type { SessionLoader } from './session-loader.js';
import type { SessionState } from './session-state.js';
import type { SessionWriter } from './session-writer.js';

/** A handler that runs goes on, also when its client has left. One for each: Node warns when many listen to the same. */
const neverAborted = (): AbortSignal => new AbortController().signal;

/** The lock as a handler takes it by hand. It is re-entrant within a request, so it is counted. */
export class CriticalSection {
  constructor(
    private readonly loader: SessionLoader,
    private readonly writer: SessionWriter,
    private readonly state: SessionState,
  ) {}

  async enter(): Promise<void> {
    const { state } = this;
    // Nothing would let go of a lock that a request takes after it was discarded, and it stores nothing.
    if (state.lock === undefined && !state.isOver) {
      await this.loader.lock(state, neverAborted);
    }
    state.lockDepth += 1;
  }

  /** Saves and unlocks at the end of the outermost section. */
  async leave(): Promise<void> {
    if (this.#isOutermost()) {
      await this.writer.commit(this.state);
    }
  }

  /** Unlocks only: what the request changed before the section is not the section's to save. */
  async fail(): Promise<void> {
    if (this.#isOutermost()) {
      await this.writer.release(this.state);
    }
  }

  #isOutermost(): boolean {
    const { state } = this;
    const isOutermost = state.lockDepth === 1;
    state.lockDepth = Math.max(0, state.lockDepth - 1);
    return isOutermost;
  }
}
