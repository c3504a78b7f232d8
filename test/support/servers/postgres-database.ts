import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { runOnce } from './postgres-run-once.js';
import { PostgresServer } from './postgres-server.js';

interface UrlChanges {
  readonly user?: string;
  readonly password?: string;
  readonly port?: number;
  /** Settings of the connection, as on the server's command line. */
  readonly options?: string;
}

/** A database for one spec file, removed after it; and an administrator's way into it. */
export class PostgresDatabase {
  private constructor(
    readonly url: string,
    readonly admin: pg.Pool,
    private readonly name: string,
    private readonly serverUrl: string,
  ) {}

  static async create(serverUrl?: string): Promise<PostgresDatabase> {
    const server = serverUrl ?? (await PostgresServer.sharedUrl());
    const name = `sessions_${randomBytes(6).toString('hex')}`;
    await runOnce(server, `CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    const admin = new pg.Pool({ connectionString: url.href, application_name: name, max: 4, allowExitOnIdle: true });
    // Tests end connections of all kinds, these included.
    admin.on('error', () => undefined);
    // All stores of a spec file listen to it.
    admin.setMaxListeners(Infinity);
    return new PostgresDatabase(url.href, admin, name, server);
  }

  /** The same database for another user or by another way. */
  urlWith(changes: UrlChanges): string {
    const url = new URL(this.url);
    if (changes.user !== undefined) [url.username, url.password] = [changes.user, changes.password ?? ''];
    if (changes.port !== undefined) url.port = String(changes.port);
    if (changes.options !== undefined) url.searchParams.set('options', changes.options);
    return url.href;
  }

  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.admin.query<Row & pg.QueryResultRow>(text, values);
    return rows;
  }

  async drop(): Promise<void> {
    await this.admin.end();
    await runOnce(this.serverUrl, `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}
