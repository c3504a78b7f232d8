/*
 * What the store needs of `pg` and of TypeORM, in types of its own: an application that has only one of the two does not need
 * the types of the other. A `pg.Pool` is a `PostgresPool`, and a `DataSource` is a `PostgresDataSource`.
 */

export interface PostgresQuery {
  /** The name of the prepared statement. */
  readonly name: string;
  readonly text: string;
}

export interface PostgresResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** What is called with the answer to a query. */
export type OnPostgresResult = (error: Error | null | undefined, result: PostgresResult) => void;

export interface PostgresClient {
  query(query: PostgresQuery | string, values: unknown[], callback: OnPostgresResult): void;
  /** Several statements in one text, which cannot have values. */
  query(script: string, callback: OnPostgresResult): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** `I` between transactions, `T` in one, `E` in one that has failed. Older versions of `pg` do not have it. */
  getTransactionStatus?(): 'I' | 'T' | 'E' | null;
  /** The process need not wait until the connection has ended. */
  unref?(): void;
}

/** What is called with a connection, and with what gives it back. */
export type OnPostgresConnection = (
  error: Error | undefined,
  client: PostgresClient | undefined,
  release: (destroy?: boolean) => void,
) => void;

/** A `pg.Pool`. */
export interface PostgresPool {
  readonly options?: { readonly max?: number; readonly connectionTimeoutMillis?: number | undefined };
  /** How many connections there are, how many of them are free, and how many callers wait for one. */
  readonly totalCount?: number;
  readonly idleCount?: number;
  readonly waitingCount?: number;
  connect(onConnection: OnPostgresConnection): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: (client: PostgresClient) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'connect', listener: (client: PostgresClient) => void): unknown;
  listenerCount?(event: 'error'): number;
}

/** What TypeORM knows of the table of an entity. */
export interface PostgresEntity {
  /** As the entity names it. */
  readonly givenTableName?: string | undefined;
  /** As the database does. */
  readonly tableName: string;
  readonly schema?: string | undefined;
}

/** A `DataSource` of TypeORM, of the type `postgres`. */
export interface PostgresDataSource {
  readonly options: { readonly type: string; readonly schema?: string };
  /** Empty until the data source is initialised. */
  readonly entityMetadatas?: readonly PostgresEntity[];
  /** Its `master` is the pool of the primary, while the data source is initialised. */
  readonly driver: { readonly options: unknown; readonly master?: unknown };
}
