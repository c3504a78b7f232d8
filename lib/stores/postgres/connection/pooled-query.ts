import type { AnswerLimit } from '../../shared/answer-limit.js';
import type { OnPostgresResult, PostgresClient, PostgresQuery, PostgresResult } from './clients.js';
import { isTransactionLeft, type OnCheckout } from './connection-ages.js';
import type { Connections } from './connections.js';
import type { Deadline } from './deadline.js';
import { isUseless, kindOf, SilentConnection, TransactionLeft } from './failures.js';

/** The statement in progress fails with the same error. Without a listener, the error would end the process. */
export const ignoreError = (): void => undefined;

/**
 * One statement: takes a connection from the pool, sends the statement and releases the connection, with one timer for all of
 * that.
 */
export class PooledQuery {
  readonly #connections: Connections;
  readonly #deadline: Deadline;
  readonly #limit: AnswerLimit | undefined;
  #sentAt: number | undefined;
  #isNew = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #release: ((isBroken: boolean) => void) | undefined;
  #reject: (error: Error) => void = ignoreError;

  /** Without a `limit` a connection that was idle may take as long as a new one. */
  constructor(connections: Connections, deadline: Deadline, limit?: AnswerLimit) {
    this.#connections = connections;
    this.#deadline = deadline;
    this.#limit = limit;
  }

  /** When it was sent, on the clock of `performance`; `undefined` when the server has not got it. */
  get sentAt(): number | undefined {
    return this.#sentAt;
  }

  /** Whether its connection was made for it, and cannot have been dead before. */
  get isOnNewConnection(): boolean {
    return this.#isNew;
  }

  /**
   * A `query` that is only text is not prepared. One without `values` may be several statements.
   *
   * @throws the client's own errors, OperationTimeout, SilentConnection and TransactionLeft.
   */
  send(query: PostgresQuery | string, values?: unknown[]): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#waitFor(this.#limitLeft());
      this.#connect((client) => {
        const onResult: OnPostgresResult = (error, result) => {
          // The statement was given up, and its connection closed.
          if (this.#isOver) {
            return;
          }
          if (error) {
            this.#fail(error);
          } else if (isTransactionLeft(client)) {
            this.#fail(new TransactionLeft());
          } else {
            this.#end(false);
            resolve(result);
          }
        };
        if (values === undefined && typeof query === 'string') {
          client.query(query, onResult);
        } else {
          client.query(query, values ?? [], onResult);
        }
      });
    });
  }

  /**
   * By callback and not by promise: a server may end the connection as soon as it is made, in the same packet. Code that waits
   * for a promise would not listen for the error yet.
   */
  #connect(use: (client: PostgresClient) => void, isAgain = false): void {
    const onCheckout: OnCheckout = ({ client, isNew, release }) => {
      if (this.#isOver) {
        release(false);
        return;
      }
      client.on('error', ignoreError);
      this.#release = (isBroken) => {
        client.removeListener('error', ignoreError);
        release(isBroken);
      };
      this.#isNew = isNew;
      this.#sentAt = performance.now();
      use(client);
    };
    this.#connections.connect(onCheckout, (error) => {
      if (this.#isOver) {
        return;
      }
      // Nothing has been sent yet: if the connection breaks while it is made, another attempt is made, once.
      if (!isAgain && kindOf(error) === 'cut') {
        this.#connect(use, true);
      } else {
        this.#fail(error);
      }
    });
  }

  #waitFor(milliseconds: number): void {
    this.#timer = setTimeout(this.#onTimer, Math.min(milliseconds, this.#deadline.left));
  }

  /** While the event loop was blocked an answer may have come, which is read before this goes on. */
  readonly #onTimer = (): void => {
    setImmediate(this.#checkTime);
  };

  readonly #checkTime = (): void => {
    if (this.#isOver) {
      return;
    }
    // A timer may fire a fraction of a millisecond early.
    if (this.#deadline.left < 1) {
      this.#fail(this.#deadline.error());
      return;
    }
    const limit = this.#limitLeft();
    if (limit < 1) {
      this.#fail(new SilentConnection());
    } else {
      this.#waitFor(limit);
    }
  };

  /** Milliseconds in which a connection that had been idle still has to answer. */
  #limitLeft(): number {
    const limit = this.#limit?.milliseconds ?? Infinity;
    if (this.#sentAt === undefined) {
      return limit;
    }
    return this.#isNew ? Infinity : this.#sentAt + limit - performance.now();
  }

  #fail(error: Error): void {
    // One that is late is closed: if it were used again, the next statement would get the answer that is still to come.
    this.#end(isUseless(error));
    this.#reject(error);
  }

  #end(isBroken: boolean): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#release?.(isBroken);
  }
}
