import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreLog } from '../../shared/store-log.js';
import type { Connections } from './connections.js';
import { Deadline } from './deadline.js';
import { kindOf } from './failures.js';
import { PooledQuery } from './pooled-query.js';
import type { Statement } from './statement.js';

export interface Answer<Row> {
  readonly rows: readonly Row[];
  /** Rows found or changed. */
  readonly count: number;
  /** The statement was sent twice, because its first answer was lost. Perhaps the first one did what the second did not. */
  readonly isRetried: boolean;
}

/** Enough for a burst of requests of one session, of which one succeeds each time. */
const MOST_CONTENTIONS = 20;

/**
 * Sends statements. Each is a transaction and a round trip of its own, and has a connection only while it runs.
 *
 * A statement whose connection broke is sent once more, and so is one that the server refused because of what others did at the
 * same time. Every statement of the store may be sent twice: see `RetriedWrites`.
 */
export class Database {
  readonly #connections: Connections;
  readonly #timeout: number;
  readonly #log: StoreLog;
  #isPreparing = true;

  constructor(connections: Connections, timeout: number, log: StoreLog) {
    this.#connections = connections;
    this.#timeout = timeout;
    this.#log = log;
  }

  /** @throws the client's own errors, and OperationTimeout. */
  async run<Row>(statement: Statement<Row>, values: unknown[] = []): Promise<Answer<Row>> {
    const deadline = new Deadline(this.#timeout);
    let isRetried = false;
    for (let contentions = 0; ;) {
      const isPrepared = this.#isPreparing;
      const query = new PooledQuery(this.#connections, deadline);
      try {
        const { rows, rowCount } = await query.send(isPrepared ? statement : statement.text, values);
        return { rows: rows as Row[], count: rowCount ?? 0, isRetried };
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'cut' && query.isSent && !isRetried) {
          isRetried = true;
        } else if (kind === 'contended' && contentions < MOST_CONTENTIONS) {
          contentions += 1;
        } else if (kind === 'unprepared' && isPrepared) {
          this.#stopPreparing();
        } else {
          throw error;
        }
      }
    }
  }

  /** Several statements without parameters in one round trip and one transaction. Sent once. */
  async runScript(text: string): Promise<void> {
    await new PooledQuery(this.#connections, new Deadline(this.#timeout)).send(text);
  }

  /** A server that hangs does not end its connections: the application closes without waiting for it. */
  async close(): Promise<void> {
    await Promise.race([this.#connections.close(), sleep(this.#timeout, undefined, { ref: false })]);
  }

  #stopPreparing(): void {
    if (!this.#isPreparing) {
      return;
    }
    this.#isPreparing = false;
    this.#log.warn(
      'unprepared',
      'a proxy spreads the statements of one connection over several connections to the server, and does not support prepared ' +
        'statements (pgbouncer before 1.21, or with max_prepared_statements = 0). The store goes on with unprepared ' +
        'statements, which cost more.',
    );
  }
}
