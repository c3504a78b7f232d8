import type {
  PostgresClient,
  PostgresDataSource,
  PostgresPool,
  PostgresQuery,
  PostgresQueryRunner,
  PostgresResult,
} from './postgres-store.clients.js';

/** One connection, for one statement. */
export interface Connection {
  query(query: PostgresQuery): Promise<PostgresResult>;
  /** Gives it back; a broken one is closed, and never used again. */
  release(isBroken: boolean): Promise<void>;
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

  /**
   * By callback and not by promise: a server that ends the connection as soon as it is made may say so in the same breath, and
   * what waits for a promise would not be listening yet.
   */
  checkOut(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.pool.connect((error, client, release) => {
        if (client === undefined) {
          reject(error ?? new Error('the pool gave neither a connection nor an error'));
          return;
        }
        client.on('error', heardElsewhere);
        resolve(connectionOf(client, release));
      });
    });
  }

  close(): Promise<void> {
    this.pool.removeListener('error', this.onIdleError);
    return Promise.resolve();
  }
}

function connectionOf(client: PostgresClient, release: (destroy: boolean) => void): Connection {
  return {
    query: (query) => client.query(query),
    release: async (isBroken) => {
      client.removeListener('error', heardElsewhere);
      release(isBroken);
    },
  };
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
 * The pool of a TypeORM `DataSource`, always its primary. The statements go to the connection itself and not through
 * TypeORM's `query()`: that cannot prepare statements, answers in another form for each kind of statement, and logs the
 * parameters, which are what visitors keep in their sessions. TypeORM listens to the errors of its connections.
 */
export class DataSourceConnections implements Connections {
  constructor(private readonly dataSource: PostgresDataSource) {}

  async checkOut(): Promise<Connection> {
    const runner = this.dataSource.createQueryRunner('master');
    const client = await runner.connect();
    return {
      query: (query) => client.query(query),
      release: (isBroken) => giveBack(runner, client, isBroken),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function giveBack(runner: PostgresQueryRunner, client: PostgresClient, isBroken: boolean): Promise<void> {
  // Before it is given back, so that the pool finds it ending and drops it. Not waited for: it may be cut off for minutes.
  if (isBroken) void client.end();
  await runner.release();
}
