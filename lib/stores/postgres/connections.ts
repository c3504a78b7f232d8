import type { OnConnection, PostgresDataSource, PostgresPool } from './clients.js';

/** Where connections come from. */
export interface Connections {
  /** A connection that is given back as broken is closed, and never used again. */
  connect(onConnection: OnConnection): void;
  close(): Promise<void>;
}

type OnError = (error: Error) => void;

/** The application's pool, which stays open. */
export class PoolConnections implements Connections {
  /** `onIdleError` hears of connections that break while nobody uses them: unheard, such an error would end the process. */
  constructor(
    private readonly pool: PostgresPool,
    private readonly onIdleError: OnError,
  ) {
    pool.on('error', onIdleError);
  }

  connect(onConnection: OnConnection): void {
    this.pool.connect(onConnection);
  }

  close(): Promise<void> {
    this.pool.removeListener('error', this.onIdleError);
    return Promise.resolve();
  }
}

/** A pool of the store's own. */
export class OwnPoolConnections extends PoolConnections {
  readonly #end: () => Promise<void>;

  constructor(pool: PostgresPool & { end(): Promise<void> }, onIdleError: OnError) {
    super(pool, onIdleError);
    this.#end = () => pool.end();
  }

  /** The listener stays: a connection may still break while it is being closed. */
  override close(): Promise<void> {
    return this.#end();
  }
}

/**
 * The pool of a TypeORM `DataSource`, always its primary. It is used itself and not through TypeORM's `query()`: that cannot
 * prepare statements, answers in another form for each kind of statement, and logs the parameters, which are what visitors
 * keep in their sessions. TypeORM listens to the errors of its idle connections.
 */
export class DataSourceConnections implements Connections {
  constructor(private readonly dataSource: PostgresDataSource) {}

  connect(onConnection: OnConnection): void {
    // Looked up each time: it is another one when the data source was closed and opened again.
    const { master } = this.dataSource.driver;
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
  return (
    typeof value === 'object' &&
    value !== null &&
    ['connect', 'on', 'removeListener'].every((method) => typeof Reflect.get(value, method) === 'function')
  );
}
