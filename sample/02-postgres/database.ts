import { CreateSessionTable } from 'nestjs-sessions/postgres';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** That of compose.yaml, unless DATABASE_URL names another. */
export function databaseOptions(): DataSourceOptions {
  return {
    type: 'postgres',
    url: process.env['DATABASE_URL'] ?? 'postgres://postgres:postgres@127.0.0.1:5432/postgres',
    connectTimeoutMS: 5_000,
    migrations: [CreateSessionTable],
  };
}

/** As a deployment does it: once, before the instances start. */
export async function migrate(): Promise<void> {
  const dataSource = new DataSource(databaseOptions());
  try {
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
  } catch (error) {
    console.error(`PostgreSQL cannot be used: ${reasonOf(error)}

    docker compose up -d && npm run start:postgres                                      starts one
    DATABASE_URL=postgres://user:password@host:5432/database npm run start:postgres     uses yours
`);
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  // Where a host has several addresses, the error of all of them together has no message.
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
}
