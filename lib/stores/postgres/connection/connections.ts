import { missingMethods } from '../../../options/validate.js';
import type { OnConnection, PostgresDataSource, PostgresPool } from './clients.js';

/** Where connections come from. */
export interface Connections {
  /** A connection that is released as broken is closed, and never used again. */
  connect(onConnection: OnConnection): void;
  close(): Promise<void>;
}

type OnError = (error: Error) => void;

/** The application's pool, which stays open. */
export class PoolConnections implements Connections {
  readonly #pool: PostgresPool;
  readonly #onIdleError: OnError;

  /** `onIdleError` is called when an idle connection breaks. Without a listener such an error would end the process. */
  constructor(pool: PostgresPool, onIdleError: OnError) {
    this.#pool = pool;
    this.#onIdleError = onIdleError;
    pool.on('error', onIdleError);
  }

  connect(onConnection: OnConnection): void {
    this.#pool.connect(onConnection);
  }

  close(): Promise<void> {
    this.#pool.removeListener('error', this.#onIdleError);
    return Promise.resolve();
  }
}

/** The store's own pool. */
export class OwnPoolConnections extends PoolConnections {
  readonly #end: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(pool: PostgresPool & { end(): Promise<void> }, onIdleError: OnError) {
    super(pool, onIdleError);
    this.#end = () => pool.end();
  }

  /** The listener stays: a connection may still break while it is being closed. A pool cannot be ended twice. */
  override close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }
}

/**
 * The pool of a TypeORM `DataSource`, always that of the primary. The store does not use TypeORM's `query()`: it cannot prepare
 * statements, returns another form for each kind of statement, and logs the parameters, which are the data of the sessions.
 * TypeORM listens to the errors of idle connections itself.
 */
export class DataSourceConnections implements Connections {
  readonly #dataSource: PostgresDataSource;

  constructor(dataSource: PostgresDataSource) {
    this.#dataSource = dataSource;
  }

  connect(onConnection: OnConnection): void {
    // Read each time: a data source that was closed and opened again has another pool.
    const { master } = this.#dataSource.driver;
    if (isPool(master)) {
      master.connect(onConnection);
    } else {
      onConnection(new Error('the DataSource is not initialised'), undefined, () => undefined);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function isPool(value: unknown): value is PostgresPool {
  return missingMethods(value, ['connect', 'on', 'removeListener']).length === 0;
}
