import { concatMap, type Observable, type Subscriber, type Subscription } from 'rxjs';

/** The message whose handler runs. */
export interface HandledMessage {
  /** Somebody has asked for its session. */
  readonly isTouched: boolean;
  commit(isLast: boolean): Promise<void> | undefined;
  discard(): Promise<void> | undefined;
  /** Nobody waits for a lock any more, and nobody would free one that is taken from now on. */
  onClientLeft(): void;
  report(what: string, error: unknown): void;
}

/**
 * Runs the handler of one message. Each value that it returns leaves only when what was changed until then is stored; after an
 * error nothing is stored.
 */
export class AroundHandler {
  readonly #running: Subscription;
  /** Its first value is there: what comes after it is a stream. */
  #hasReturned = false;
  #hasEnded = false;
  #hasClientLeft = false;

  constructor(
    private readonly message: HandledMessage,
    handler: Observable<unknown>,
    private readonly client: Subscriber<unknown>,
  ) {
    this.#running = handler.pipe(concatMap((value) => this.#stored(value))).subscribe({
      next: (value) => client.next(value),
      complete: () => void this.#end(),
      error: (error: unknown) => void this.#fail(error),
    });
  }

  /** Nobody listens any more. A handler that has not returned goes on, and its commit counts; a stream ends. */
  onUnsubscribed(): void {
    if (this.#hasEnded) {
      return;
    }
    this.#hasClientLeft = true;
    this.message.onClientLeft();
    if (this.#hasReturned || !this.message.isTouched) {
      this.#stop();
    }
  }

  async #stored(value: unknown): Promise<unknown> {
    await this.message.commit(false);
    this.#hasReturned = true;
    if (this.#hasClientLeft) {
      this.#stop();
    }
    return value;
  }

  #stop(): void {
    this.#running.unsubscribe();
    void this.#end();
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    try {
      await this.message.commit(true);
      this.client.complete();
    } catch (error) {
      this.#tell(error);
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#hasEnded = true;
    await this.message.discard();
    this.#tell(error);
  }

  #tell(error: unknown): void {
    if (this.#hasClientLeft) {
      this.message.report('A message failed after its client had left', error);
    } else {
      this.client.error(error);
    }
  }
}
