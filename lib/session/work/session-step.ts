/**
 * What a step of the session returns (`save()`, `destroy()` ...). It knows whether somebody waits for it: the failure of a step
 * that nobody waits for is the failure of the commit, and never an unhandled rejection, which would end the process.
 */
export class SessionStep<R> extends Promise<R> {
  /** What follows on a step is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isAwaited = false;

  static of<R>(work: Promise<R>, onUnheard: (error: unknown) => void): SessionStep<R> {
    const step = new SessionStep<R>((resolve) => resolve(work));
    // On the work itself: a commit that follows the step must find the failure noted.
    work.catch((error: unknown) => {
      if (!step.#isAwaited) {
        onUnheard(error);
      }
    });
    void super.prototype.then.call(step, undefined, () => undefined);
    return step;
  }

  override then<A = R, B = never>(
    onFulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }
}
