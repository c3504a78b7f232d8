import type { SessionStore, StoreContext } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { partsOf, preparePostgresPlace } from './postgres-place.js';
import type { StorePlace } from './stores.js';

export function prepareTypeormPlace(): Promise<StorePlace> {
  return preparePostgresPlace('typeorm', openTypeorm);
}

export function openTypeorm(where: string): SessionStore {
  const { table, url } = partsOf(where);
  return new TypeormStore(url, table);
}

/** A store over a data source that is opened and closed with it, as an application's are with the application. */
class TypeormStore extends PostgresStore {
  readonly #dataSource: DataSource;

  constructor(url: string, table: string) {
    const dataSource = new DataSource({ type: 'postgres', url });
    super({ dataSource, table, createTable: true });
    this.#dataSource = dataSource;
  }

  override async start(context: StoreContext): Promise<void> {
    if (!this.#dataSource.isInitialized) await this.#dataSource.initialize();
    await super.start(context);
  }

  override async close(): Promise<void> {
    await super.close();
    if (this.#dataSource.isInitialized) await this.#dataSource.destroy();
  }
}
