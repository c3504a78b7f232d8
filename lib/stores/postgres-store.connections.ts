import type {
  PostgresClient,
  PostgresDataSource,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from './postgres-store.clients.js';

/** One connection, for one statement. */
export interface Connection {
  query(query: PostgresQuery): Promise<PostgresResult>;
  /** Gives it back; a broken one is closed, and never used again. */
  release(isBroken: boolean): void;
}

/** Where connections come from. */
export interface Connections {
  checkOut(): Promise<Connection>;
  close(): Promise<void>;
}

type OnError = (error: Error) => void;

/** Nothing is done: the statement in progress rejects with the same error, and without a listener it would end the process. */
const heardElsewhere: OnError = () => undefined;

/** The application's pool, which stays open. */
export class PoolConnections implements Connections {
  /** `onIdleError` hears of connections that break while nobody uses them: unheard, such an error would end the process. */
  constructor(
    private readonly pool: PostgresPool,
    private readonly onIdleError: OnError,
  ) {
    pool.on('error', onIdleError);
  }

  checkOut(): Promise<Connection> {
    return checkOut(this.pool);
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

  async checkOut(): Promise<Connection> {
    // Looked up each time: it is another one when the data source was closed and opened again.
    const { master } = this.dataSource.driver;
    if (!isPool(master)) throw new Error('the DataSource is not initialised');
    return checkOut(master);
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

/**
 * By callback and not by promise: a server that ends the connection as soon as it is made may say so in the same breath, and
 * what waits for a promise would not be listening yet.
 */
function checkOut(pool: PostgresPool): Promise<Connection> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (client === undefined) {
        reject(error ?? new Error('the pool gave neither a connection nor an error'));
        return;
      }
      client.on('error', heardElsewhere);
      resolve(connectionOf(client, release));
    });
  });
}

function connectionOf(client: PostgresClient, release: (destroy: boolean) => void): Connection {
  return {
    query: (query) => client.query(query),
    release: (isBroken) => {
      client.removeListener('error', heardElsewhere);
      release(isBroken);
    },
  };
}
