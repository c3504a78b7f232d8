import { randomUUID } from 'node:crypto';
import type { WriteGuard } from '../../interfaces/session-record.interface.js';
import type {
  BatchLoadableStore,
  ClosableStore,
  CountableStore,
  LeasingStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import { keptHolder } from '../shared/holder.js';
import { StoreLog } from '../shared/store-log.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { Database } from './connection/database.js';
import { connectionsOf, type PostgresStoreOptions, settingsOf, tableNameOf } from './postgres-store-options.js';
import { RetriedWrites } from './retried-writes.js';
import { foundFrom, holderFrom, recordFrom } from './rows.js';
import { SessionTable } from './table/session-table.js';
import { TableSetup } from './table/table-setup.js';

/**
 * Sessions in PostgreSQL, for any number of processes and machines, over the application's TypeORM `DataSource` or `pg.Pool`,
 * or over a pool of its own.
 *
 * A lock is a lease in columns of the session's row. It needs no transaction and no connection while a handler runs. So a pool
 * of one connection serves any number of locked requests, also behind a proxy that assigns connections by transaction. Each
 * method is one statement and one round trip, which checks and writes at once. `RetriedWrites` says what happens when the answer
 * is lost.
 *
 * Leases and sessions expire by the server's clock, which is the same for all machines. The machine that serves a request
 * computes when its session expires: if its clock is ten minutes slow, the session may end ten minutes early.
 *
 * It needs the package `pg`, as TypeORM does, and the table: see `CreateSessionTable`, `sql/postgres.sql` and `createTable`.
 */
export class PostgresStore
  extends SessionStore
  implements StartableStore, ClosableStore, CountableStore, SweepableStore, LeasingStore, BatchLoadableStore
{
  readonly hasLeases = true;
  readonly #database: Database;
  readonly #table: SessionTable;
  readonly #retried: RetriedWrites;

  /** @throws SessionsConfigError when the options are wrong. It does not connect to the database yet. */
  constructor(options: PostgresStoreOptions) {
    super();
    const { createTable, operationTimeout } = settingsOf(options);
    const log = new StoreLog('PostgresStore');
    this.#database = new Database(connectionsOf(options, operationTimeout, log), operationTimeout, log);
    const setup = new TableSetup(this.#database, () => tableNameOf(options), createTable);
    this.#table = new SessionTable(this.#database, setup, log);
    this.#retried = new RetriedWrites(this.#table);
  }

  /** @throws SessionsConfigError when the table is missing or cannot be used, with the SQL that fixes it. */
  start(context: StoreContext): Promise<void> {
    return this.#table.start(context);
  }

  /** Closes the pool, if it is the store's own. */
  close(): Promise<void> {
    return this.#database.close();
  }

  async load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    const { rows } = await this.#table.run(({ load }) => load, [id]);
    return foundFrom(rows[0]);
  }

  async loadMany({ ids }: { ids: readonly string[] }): Promise<Answer<'load'>[]> {
    const { rows } = await this.#table.run(({ loadMany }) => loadMany, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => foundFrom(byId.get(id)));
  }

  async create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    const version = randomUUID();
    const { data, createdAt, expiresAt } = record;
    const answer = await this.#table.run(({ create }) => create, [id, data, version, createdAt, expiresAt]);
    return (await this.#retried.isWritten(answer, id, version)) && version;
  }

  async update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    const version = randomUUID();
    const { data, createdAt, expiresAt } = record;
    const values = [id, data, version, createdAt, expiresAt, ...valuesOf(guard)];
    const answer = await this.#table.change(({ update }) => update, values);
    return (await this.#retried.isUpdated(answer, id, version)) && version;
  }

  async touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    const { count } = await this.#table.change(({ touch }) => touch, [id, expiresAt]);
    return count > 0;
  }

  async delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    const version = randomUUID();
    const answer = await this.#table.change((statements) => statements.delete, [id, version, tombstoneUntil]);
    return this.#retried.isWritten(answer, id, version);
  }

  async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<Answer<'rotate'>> {
    const version = randomUUID();
    const { data, createdAt, expiresAt } = record;
    const values = [from, to, data, version, createdAt, expiresAt, ...valuesOf(guard), tombstoneUntil];
    const answer = await this.#table.change(({ rotate }) => rotate, values);
    return (await this.#retried.isWritten(answer, from, version)) && version;
  }

  async tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    const { rows } = await this.#table.run(
      ({ tryLock }) => tryLock,
      [id, token, lease, JSON.stringify(keptHolder(holder))],
    );
    const row = rows[0];
    switch (row?.status) {
      case 'acquired':
        return { status: 'acquired', record: recordFrom(row), version: row.version };
      case 'held':
        return { status: 'held', ...holderFrom(row.holder) };
      case 'gone':
        return { status: 'gone', because: row.end_reason };
      default:
        return { status: 'missing' };
    }
  }

  async renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const { count } = await this.#table.change(({ renewLock }) => renewLock, [id, token, lease]);
    return count > 0;
  }

  async unlock({ id, token, expiresAt }: Args<'unlock'>): Promise<boolean> {
    const answer = await this.#table.change(({ unlock }) => unlock, [id, token, expiresAt]);
    return this.#retried.isUnlocked(answer, id, token);
  }

  async count(): Promise<number> {
    const { rows } = await this.#table.run(({ count }) => count);
    return Number(rows[0]?.live);
  }

  /** Of several instances that sweep at the same time, one goes on and the others stop. */
  async *sweep({ batchSize }: SweepOptions): AsyncGenerator<SweepBatch> {
    for (let removed = batchSize; removed === batchSize;) {
      ({ count: removed } = await this.#table.run(({ sweep }) => sweep, [batchSize]));
      yield { removed };
    }
  }
}

function valuesOf({ version, lock }: WriteGuard): readonly unknown[] {
  return [version, lock?.token, lock?.release ?? false];
}
