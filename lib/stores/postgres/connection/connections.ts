import { missingMethods } from '../../../options/validate.js';
import type { PostgresDataSource, PostgresPool } from './clients.js';
import { ConnectionAges, type OnCheckout, type OnNoConnection } from './connection-ages.js';

/** Where connections come from. */
export interface Connections {
  /** One of the two is called, once. */
  connect(use: OnCheckout, fail: OnNoConnection): void;
  /** From now on connections that were made before that moment (of `performance`) are closed, and not used. */
  discardOlderThan(moment: number): void;
  /** Whether a connection that cannot be made is given up: otherwise it keeps its place in the pool for ever. */
  hasConnectLimit(): boolean;
  /** Whether others take connections too, and as many as there may be are in use, or still being made. */
  areAllTaken(): boolean;
  /** Before an application uses them: perhaps after they were closed. */
  open(): void;
  close(): Promise<void>;
}

/** What is worth a line in the log. */
export interface ConnectionEvents {
  /** An idle connection broke. Without a listener such an error would end the process. */
  readonly onIdleError: (error: Error) => void;
  /** The application gave a connection back in the middle of a transaction. */
  readonly onTransactionLeft: () => void;
}

/** A pool that the application has as well, and whose errors it listens to. */
class SharedConnections implements Connections {
  readonly #findPool: () => PostgresPool | undefined;
  readonly #ages: ConnectionAges;

  /** `findPool` is called each time. */
  constructor(findPool: () => PostgresPool | undefined, { onTransactionLeft }: ConnectionEvents) {
    this.#findPool = findPool;
    this.#ages = new ConnectionAges(onTransactionLeft);
  }

  connect(use: OnCheckout, fail: OnNoConnection): void {
    const pool = this.#findPool();
    if (pool === undefined) {
      fail(new Error('the DataSource is not initialised'));
    } else {
      this.#ages.checkOut(pool, use, fail);
    }
  }

  discardOlderThan(moment: number): void {
    this.#ages.discardOlderThan(moment);
  }

  hasConnectLimit(): boolean {
    return (this.#findPool()?.options?.connectionTimeoutMillis ?? 0) > 0;
  }

  areAllTaken(): boolean {
    const { options, totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#findPool() ?? {};
    return waitingCount > 0 && idleCount === 0 && totalCount >= (options?.max ?? Infinity);
  }

  open(): void {
    // The pool is the application's.
  }

  close(): Promise<void> {
    this.#ages.close();
    return Promise.resolve();
  }
}

/** The application's `pg.Pool`, which stays open. */
export class PoolConnections extends SharedConnections {
  readonly #pool: PostgresPool;
  readonly #onIdleError: ConnectionEvents['onIdleError'];

  constructor(pool: PostgresPool, events: ConnectionEvents) {
    super(() => pool, events);
    this.#pool = pool;
    this.#onIdleError = events.onIdleError;
    this.open();
  }

  override open(): void {
    this.#pool.removeListener('error', this.#onIdleError);
    this.#pool.on('error', this.#onIdleError);
  }

  override close(): Promise<void> {
    // The last one stays: the pool may live on, and an error that nobody listens to would end the process.
    if ((this.#pool.listenerCount?.('error') ?? 0) > 1) {
      this.#pool.removeListener('error', this.#onIdleError);
    }
    return super.close();
  }
}

type OwnPool = PostgresPool & { end(): Promise<void> };

/** The store's own pool. One that was ended cannot be used again: an application that starts afterwards gets another. */
export class OwnPoolConnections extends SharedConnections {
  readonly #make: () => OwnPool;
  #pool: OwnPool;
  #closing: Promise<void> | undefined;

  constructor(makePool: () => OwnPool, events: ConnectionEvents) {
    super(() => this.#pool, events);
    this.#make = () => {
      const pool = makePool();
      pool.on('error', events.onIdleError);
      return pool;
    };
    this.#pool = this.#make();
  }

  override open(): void {
    if (this.#closing !== undefined) {
      this.#closing = undefined;
      this.#pool = this.#make();
    }
  }

  /** Nobody else takes one: in a burst requests wait for each other here, and not for the application. */
  override areAllTaken(): boolean {
    return false;
  }

  /** The listeners stay: a connection may still break while it is being closed. A pool cannot be ended twice. */
  override close(): Promise<void> {
    return (this.#closing ??= this.#pool.end());
  }
}

/**
 * The pool of a TypeORM `DataSource`, always that of the primary. The store does not use TypeORM's `query()`: it cannot prepare
 * statements, returns another form for each kind of statement, and logs the parameters, which are the data of the sessions.
 * TypeORM listens to the errors of idle connections itself.
 */
export function dataSourceConnections(dataSource: PostgresDataSource, events: ConnectionEvents): Connections {
  // Looked up each time: a data source that was closed and opened again has another pool.
  return new SharedConnections(() => {
    const { master } = dataSource.driver;
    return isPool(master) ? master : undefined;
  }, events);
}

export function isPool(value: unknown): value is PostgresPool {
  return missingMethods(value, ['connect', 'on', 'removeListener']).length === 0;
}
