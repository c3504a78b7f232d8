import { SessionStoreError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';
import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';
import { describeAnswer, type AnswerShape } from './answer-shape.js';
import { storeFailure } from './store-failure.js';

const TIMEOUTS_UNTIL_OPEN = 5;
const OPEN_FOR = 1_000;
/** Milliseconds. */
const FAILING_FOR = 10_000;

const SOON = Promise.resolve();
const AWAITED = { isAwaited: true };

/**
 * Gives each operation of the store a deadline. After five in a row that passed it the store is left alone for a second, and
 * requests fail at once instead of piling up behind a store that hangs; then one probe decides.
 */
export class CircuitBreaker {
  #timeouts = 0;
  #openUntil = 0;
  #isProbing = false;
  #failingUntil = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly deadline: number,
  ) {}

  /** Whether the store has failed and not answered since; without anybody asking it, that is forgotten. */
  get isFailing(): boolean {
    return this.clock.monotonic() < this.#failingUntil;
  }

  /**
   * `onLost` is called when the caller will never see what became of the call: it failed, or the answer came after the deadline.
   *
   * @throws SessionStoreError when the deadline passes, when the answer has another shape, or at once while the circuit is open.
   */
  run<T>(operation: string, call: () => Promise<T>, shape?: AnswerShape, onLost?: (answer?: T) => void): Promise<T> {
    const isOpen = this.#timeouts >= TIMEOUTS_UNTIL_OPEN;
    if (isOpen && (this.#isProbing || this.clock.monotonic() < this.#openUntil)) {
      return Promise.reject(
        new SessionStoreError(`${operation}: the session store did not answer five times in a row`, RETRY_AFTER),
      );
    }
    this.#isProbing = isOpen;
    return new Promise<T>((resolve, reject) => {
      let isOverdue = false;
      let isAnswered = false;
      let cancel: CancelTimer | undefined;
      const onDeadline = (): void => {
        isOverdue = true;
        this.#timedOut();
        const message = `${operation}: the session store did not answer within ${this.deadline} ms`;
        reject(new SessionStoreError(message, RETRY_AFTER));
      };
      const fail = (error: unknown): void => {
        onLost?.();
        // An error after the deadline is no sign of life: a store that hangs often ends in an error of the network.
        if (!isOverdue) {
          isAnswered = true;
          cancel?.();
          this.#timeouts = 0;
          const failure = storeFailure(operation, error);
          if (failure instanceof SessionStoreError) {
            this.#failed();
          }
          reject(failure);
        }
      };
      const onAnswer = (answer: T): void => {
        const isExpected = shape === undefined || hasShape(answer, shape);
        if (isOverdue) {
          onLost?.(isExpected ? answer : undefined);
        } else if (isExpected) {
          isAnswered = true;
          cancel?.();
          this.#timeouts = 0;
          this.#failingUntil = -Infinity;
          resolve(answer);
        } else {
          fail(misshapen(operation, answer, shape));
        }
      };
      try {
        // One that returns a plain value has answered.
        Promise.resolve(call()).then(onAnswer, fail);
      } catch (error) {
        fail(error);
      }
      // A store in memory has answered by then: to start a timer and to stop it would be most of what its operations cost.
      void SOON.then(() => {
        if (!isAnswered) {
          cancel = this.clock.setTimer(onDeadline, this.deadline, AWAITED);
        }
      });
    });
  }

  #failed(): void {
    this.#failingUntil = this.clock.monotonic() + FAILING_FOR;
  }

  #timedOut(): void {
    this.#timeouts += 1;
    this.#failed();
    this.#isProbing = false;
    this.#openUntil = this.clock.monotonic() + OPEN_FOR;
  }
}

function misshapen(operation: string, answer: unknown, shape: AnswerShape): SessionStoreError {
  const message = `${operation}: the session store answered ${describeAnswer(answer)} in place of ${shape.description}`;
  return new SessionStoreError(message, RETRY_AFTER);
}

function hasShape(answer: unknown, shape: AnswerShape): boolean {
  try {
    return shape.matches(answer);
  } catch {
    return false;
  }
}
