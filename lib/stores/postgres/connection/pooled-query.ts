import type { PostgresClient, PostgresQuery, PostgresResult } from './clients.js';
import type { Connections } from './connections.js';
import type { Deadline } from './deadline.js';
import { kindOf } from './failures.js';

/** The statement in progress fails with the same error. Without a listener, the error would end the process. */
const ignoreError = (): void => undefined;

/**
 * One statement: takes a connection from the pool, sends the statement and releases the connection, with one timer for all of
 * that.
 */
export class PooledQuery {
  readonly #connections: Connections;
  readonly #deadline: Deadline;
  #isSent = false;
  #isLate = false;
  #release: ((isBroken: boolean) => void) | undefined;

  constructor(connections: Connections, deadline: Deadline) {
    this.#connections = connections;
    this.#deadline = deadline;
  }

  /** Whether the server may have got the statement. */
  get isSent(): boolean {
    return this.#isSent;
  }

  /** A `query` that is only text is not prepared. @throws the client's own errors, and OperationTimeout. */
  send(query: PostgresQuery | string, values: unknown[] = []): Promise<PostgresResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#isLate = true;
        // The connection is closed: if it were used again, the next statement would get the answer that is still to come.
        this.#release?.(true);
        reject(this.#deadline.error());
      }, this.#deadline.left);
      const end = (isBroken: boolean): void => {
        clearTimeout(timer);
        this.#release?.(isBroken);
      };
      const fail = (error: Error): void => {
        end(kindOf(error) === 'cut');
        reject(error);
      };
      this.#connect(fail, (client) => {
        client.query(query, values, (error, result) => {
          // The statement was given up, and its connection closed.
          if (this.#isLate) {
            return;
          }
          if (error) {
            fail(error);
            return;
          }
          end(false);
          resolve(result);
        });
      });
    });
  }

  /**
   * By callback and not by promise: a server may end the connection as soon as it is made, in the same packet. Code that waits
   * for a promise would not listen for the error yet.
   */
  #connect(fail: (error: Error) => void, use: (client: PostgresClient) => void, isAgain = false): void {
    this.#connections.connect((error, client, release) => {
      if (client === undefined) {
        if (this.#isLate) {
          return;
        }
        const failure = error ?? new Error('the pool gave neither a connection nor an error');
        // Nothing has been sent yet: if the connection breaks while it is made, another attempt is made, once.
        if (!isAgain && kindOf(failure) === 'cut') {
          this.#connect(fail, use, true);
        } else {
          fail(failure);
        }
        return;
      }
      if (this.#isLate) {
        release(false);
        return;
      }
      client.on('error', ignoreError);
      this.#release = (isBroken) => {
        client.removeListener('error', ignoreError);
        release(isBroken);
      };
      this.#isSent = true;
      use(client);
    });
  }
}
