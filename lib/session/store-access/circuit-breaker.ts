import { SessionStoreError } from '../../errors/index.js';
import type { Clock } from '../../interfaces/clock.interface.js';

const TIMEOUTS_UNTIL_OPEN = 5;
const OPEN_FOR = 1_000;

/**
 * Gives each operation of the store a deadline. After five in a row that ran out the store is left alone for a second, and
 * requests fail at once instead of piling up behind a store that hangs; then one probe decides.
 */
export class CircuitBreaker {
  #timeouts = 0;
  #openUntil = 0;
  #isProbing = false;

  constructor(
    private readonly clock: Clock,
    private readonly deadline: number,
  ) {}

  /**
   * `onLost` is told when whoever asks will never see what became of the call: it failed, or the answer came after the deadline.
   *
   * @throws SessionStoreError when the deadline passes, or at once while the circuit is open.
   */
  run<T>(operation: string, call: () => Promise<T>, onLost?: (answer?: T) => void): Promise<T> {
    const isOpen = this.#timeouts >= TIMEOUTS_UNTIL_OPEN;
    if (isOpen && (this.#isProbing || this.clock.monotonic() < this.#openUntil)) {
      return Promise.reject(
        new SessionStoreError(`${operation}: the session store did not answer five times in a row`, OPEN_FOR),
      );
    }
    this.#isProbing = isOpen;
    return this.#withDeadline(operation, call, onLost);
  }

  #withDeadline<T>(operation: string, call: () => Promise<T>, onLost?: (answer?: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isOverdue = false;
      const onDeadline = (): void => {
        isOverdue = true;
        this.#timedOut();
        reject(
          new SessionStoreError(`${operation}: the session store did not answer within ${this.deadline} ms`, OPEN_FOR),
        );
      };
      const cancel = this.clock.setTimer(onDeadline, this.deadline, { isAwaited: true });
      attempt(operation, call).then(
        (answer) => {
          if (isOverdue) {
            onLost?.(answer);
            return;
          }
          cancel();
          this.#answered();
          resolve(answer);
        },
        (error: unknown) => {
          onLost?.();
          if (isOverdue) {
            // Its request has been told already. No sign of life: a store that hangs often ends in an error of the network.
            return;
          }
          cancel();
          this.#answered();
          reject(asStoreError(operation, error));
        },
      );
    });
  }

  #timedOut(): void {
    this.#timeouts += 1;
    this.#isProbing = false;
    this.#openUntil = this.clock.monotonic() + OPEN_FOR;
  }

  #answered(): void {
    this.#timeouts = 0;
  }
}

/** A store that throws fails like one that rejects. */
function attempt<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(asStoreError(operation, error));
  }
}

function asStoreError(operation: string, error: unknown): Error {
  if (error instanceof SessionStoreError) {
    return error;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new SessionStoreError(`${operation}: the session store failed: ${reason}`, OPEN_FOR, { cause: error });
}
