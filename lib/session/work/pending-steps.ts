import { SessionStep } from './session-step.js';

/** The steps that the application has asked for, whether it waits for them or not. */
export class PendingSteps {
  readonly #running = new Set<Promise<unknown>>();

  /** `onUnheard`: told of the failure of a step that nobody waits for. */
  constructor(private readonly onUnheard: (error: unknown) => void) {}

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  add<R>(work: Promise<R>): SessionStep<R> {
    this.#running.add(work);
    const onEnd = (): boolean => this.#running.delete(work);
    work.then(onEnd, onEnd);
    return SessionStep.of(work, this.onUnheard);
  }

  /** All of them have ended, those included that are asked for meanwhile. */
  async ended(): Promise<void> {
    while (this.isBusy) {
      await Promise.allSettled(this.#running);
    }
  }
}
