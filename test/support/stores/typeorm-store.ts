import { createRequire } from 'node:module';
import type { StoreContext } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import type { DataSource } from 'typeorm';

const require = createRequire(import.meta.url);

/** A store over a data source that is opened and closed with it, as an application's are with the application. */
export class TypeormStore extends PostgresStore {
  readonly #dataSource: DataSource;

  constructor(url: string, table: string) {
    // Loaded by those alone who need it: most tests and processes do not, and it is large.
    const typeorm = require('typeorm') as typeof import('typeorm');
    const dataSource = new typeorm.DataSource({ type: 'postgres', url });
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
