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

export interface PostgresClient {
  query(
    query: PostgresQuery | string,
    values: unknown[],
    callback: (error: Error | null | undefined, result: PostgresResult) => void,
  ): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

export type OnConnection = (
  error: Error | undefined,
  client: PostgresClient | undefined,
  release: (destroy?: boolean) => void,
) => void;

/** A `pg.Pool`. */
export interface PostgresPool {
  connect(onConnection: OnConnection): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** A `DataSource` of TypeORM, of the type `postgres`. */
export interface PostgresDataSource {
  readonly options: { readonly type: string; readonly schema?: string };
  /** Its `master` is the pool of the primary, while the data source is initialised. */
  readonly driver: { readonly options: unknown; readonly master?: unknown };
}
