import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreLog } from '../../shared/store-log.js';
import { AnswerLimit } from '../../shared/answer-limit.js';
import type { Connections } from './connections.js';
import { Deadline } from './deadline.js';
import { kindOf } from './failures.js';
import { PooledQuery } from './pooled-query.js';
import { type Ask, type Asked, rolledBack } from './rolled-back.js';
import type { Statement } from './statement.js';

export interface Answer<Row> extends Asked<Row> {
  /** The statement was sent twice, because its first answer was lost. Perhaps the first one did what the second did not. */
  readonly isRetried: boolean;
}

/** What became of the attempts so far. */
interface Attempts {
  refused: number;
  cut: number;
  isSilent: boolean;
  isRetried: boolean;
}

/** Enough for a burst of requests of one session, of which one succeeds each time. */
const MOST_REFUSALS = 20;
/** The second one is that of a connection which was made after the first. */
const MOST_CUTS = 2;

/**
 * Sends statements. Each is a transaction and a round trip of its own, and has a connection only while it runs.
 *
 * A statement whose connection broke or is of no use is sent once more on another one, and so is one that the server refused
 * because of what others did at the same time. Every statement of the store may be sent twice: see `RetriedWrites`.
 */
export class Database {
  readonly #connections: Connections;
  readonly #timeout: number;
  readonly #limit: AnswerLimit;
  readonly #log: StoreLog;
  #isPreparing = true;

  constructor(connections: Connections, timeout: number, log: StoreLog) {
    this.#connections = connections;
    this.#timeout = timeout;
    this.#limit = new AnswerLimit(timeout);
    this.#log = log;
  }

  /** Requests have no more than `timeout` milliseconds: an idle connection that is dead shows in time for another attempt. */
  answerWithin(timeout: number): void {
    this.#limit.shorten(timeout);
  }

  /** @throws the client's own errors, and OperationTimeout. */
  async run<Row>(statement: Statement<Row>, values: unknown[] = []): Promise<Answer<Row>> {
    const deadline = new Deadline(this.#timeout);
    const attempts: Attempts = { refused: 0, cut: 0, isSilent: false, isRetried: false };
    for (;;) {
      const isPrepared = this.#isPreparing;
      const query = new PooledQuery(this.#connections, deadline, statement.isLong ? undefined : this.#idleLimit());
      try {
        const { rows, rowCount } = await query.send(isPrepared ? statement : statement.text, values);
        this.#learn(attempts, query);
        return { rows: rows as Row[], count: rowCount ?? 0, isRetried: attempts.isRetried };
      } catch (error) {
        this.#learn(attempts, query);
        if (!this.#isWorthAnother(attempts, error, query, isPrepared)) {
          throw error;
        }
      }
    }
  }

  /** Several statements without parameters in one round trip and one transaction. Sent once. */
  async runScript(text: string): Promise<void> {
    await new PooledQuery(this.#connections, new Deadline(this.#timeout)).send(text);
  }

  /** @throws what the work throws, the client's own errors, and OperationTimeout. */
  rolledBack<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return rolledBack(this.#connections, this.#timeout, work);
  }

  open(): void {
    this.#connections.open();
  }

  /** A server that hangs does not end its connections: the application closes without waiting for it. */
  async close(): Promise<void> {
    await Promise.race([this.#connections.close(), sleep(this.#timeout, undefined, { ref: false })]);
  }

  /** Another connection is not asked for where it might be waited for without an end. */
  #idleLimit(): AnswerLimit | undefined {
    return this.#connections.hasConnectLimit() ? this.#limit : undefined;
  }

  /** Counts the attempt that failed. */
  #isWorthAnother(attempts: Attempts, error: unknown, query: PooledQuery, isPrepared: boolean): boolean {
    switch (kindOf(error)) {
      case 'silent':
        attempts.isSilent = true;
        attempts.isRetried = true;
        this.#discardOlderThan(query);
        return true;
      case 'cut':
        attempts.cut += 1;
        attempts.isRetried ||= query.sentAt !== undefined;
        this.#discardOlderThan(query);
        return query.sentAt !== undefined && attempts.cut <= MOST_CUTS;
      case 'outdated':
        this.#discardOlderThan(query);
        return !query.isOnNewConnection;
      case 'limited':
        // The others may do: when the server is slow, they must not be replaced whenever one has met its limit.
        return !query.isOnNewConnection;
      case 'left open':
        // Perhaps it was executed, and is undone when the server hears that the connection is closed.
        attempts.refused += 1;
        attempts.isRetried = true;
        return attempts.refused < MOST_REFUSALS;
      case 'contended':
        attempts.refused += 1;
        return attempts.refused <= MOST_REFUSALS;
      case 'unprepared':
        if (isPrepared) {
          this.#stopPreparing();
        }
        return isPrepared;
      case 'late':
        this.#discardOlderThan(query);
        this.#complainOfThePool(query);
        return false;
      default:
        return false;
    }
  }

  /** Whatever was idle then is as dead as the connection of this statement, or leads to the same server. */
  #discardOlderThan({ sentAt, isOnNewConnection }: PooledQuery): void {
    if (sentAt !== undefined && !isOnNewConnection) {
      this.#connections.discardOlderThan(sentAt);
    }
  }

  #learn({ isSilent }: Attempts, { sentAt, isOnNewConnection }: PooledQuery): void {
    if (isSilent && isOnNewConnection && sentAt !== undefined && this.#limit.learn(performance.now() - sentAt)) {
      this.#log.warn(
        'silent',
        'a connection to PostgreSQL that had been idle did not answer, and a new one did, so the idle ones are replaced. Does a ' +
          'firewall or a load balancer drop idle connections? Let it keep them for longer than the pool does ' +
          '(idleTimeoutMillis).',
      );
    }
  }

  #complainOfThePool({ sentAt }: PooledQuery): void {
    if (sentAt === undefined && this.#connections.areAllTaken()) {
      this.#log.warn(
        'pool',
        `no connection became free within ${this.#timeout} ms. Either PostgreSQL does not answer, or the application uses all ` +
          'connections of the pool: a handler that uses its session inside of its own transaction has one of them and ' +
          'needs a second one, and enough such requests wait for each other. Give the store a pool of its own ' +
          '(connectionString), or use the session before and after the transaction.',
      );
    }
  }

  #stopPreparing(): void {
    if (!this.#isPreparing) {
      return;
    }
    this.#isPreparing = false;
    this.#log.warn(
      'unprepared',
      'prepared statements get lost: a proxy spreads the statements of one connection over several connections to the server ' +
        'and does not support prepared statements (pgbouncer before 1.21, or with max_prepared_statements = 0), or the ' +
        'application discards them (DISCARD ALL). The store goes on with unprepared statements, which cost more.',
    );
  }
}
