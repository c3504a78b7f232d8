import { SessionsConfigError } from '../../../errors/index.js';
import type { StoreContext } from '../../../interfaces/store-abilities.interface.js';
import { storeFailure } from '../../shared/store-failure.js';
import type { StoreLog } from '../../shared/store-log.js';
import type { Answer, Database } from '../connection/database.js';
import { kindOf, reasonOf } from '../connection/failures.js';
import type { Statement } from '../connection/statement.js';
import type { TableSetup } from './table-setup.js';

/** Clocks that are synchronised differ by less, in milliseconds. */
const MOST_SKEW = 5_000;

/** Runs statements on the table: creates the table if the options say so, and says what is wrong if it cannot be used. */
export class SessionTable {
  readonly #database: Database;
  readonly #setup: TableSetup;
  readonly #log: StoreLog;
  readonly #isToBeCreated: boolean;
  #creation: Promise<void> | undefined;

  constructor(database: Database, setup: TableSetup, log: StoreLog, isToBeCreated: boolean) {
    this.#database = database;
    this.#setup = setup;
    this.#log = log;
    this.#isToBeCreated = isToBeCreated;
  }

  /**
   * An application starts without a database that it cannot reach, but not with a table that it cannot use.
   *
   * @throws SessionsConfigError with the SQL that fixes it.
   */
  async start(context: StoreContext): Promise<void> {
    this.#log.start(context);
    try {
      this.#compareClocks(await this.#setup.serverTime(), context.clock.now());
      const missing = await this.#missingPrivileges();
      if (missing !== '') {
        throw new SessionsConfigError(`PostgresStore: ${this.#setup.adviceOnPrivileges(missing)}`);
      }
    } catch (error) {
      if (error instanceof SessionsConfigError) {
        throw error;
      }
      const advice = this.#setup.adviceOn(error);
      if (advice !== undefined) {
        throw new SessionsConfigError(`PostgresStore: ${advice}`, { cause: error });
      }
      this.#log.warn('start', `PostgreSQL cannot be used yet (${reasonOf(error)}). Sessions work as soon as it can.`);
    }
  }

  /** @throws SessionStoreError */
  async run<Row>(statement: Statement<Row>, values?: unknown[]): Promise<Answer<Row>> {
    try {
      return await this.#createdIfMissing(() => this.#database.run(statement, values));
    } catch (error) {
      const advice = this.#setup.adviceOn(error);
      if (advice !== undefined) {
        this.#log.error('setup', advice);
      }
      throw storeFailure(advice ? `PostgresStore: ${advice}` : `PostgreSQL failed: ${reasonOf(error)}`, error);
    }
  }

  #missingPrivileges(): Promise<string> {
    return this.#createdIfMissing(() => this.#setup.missingPrivileges());
  }

  /** Tried whenever the table is missing, so that a database that was down at the start gets its table later. */
  #createdIfMissing<T>(work: () => Promise<T>): Promise<T> {
    return work().catch(async (error: unknown) => {
      if (!this.#isToBeCreated || kindOf(error) !== 'table') {
        throw error;
      }
      await this.#create();
      return work();
    });
  }

  /** Once for all operations that need the table at the same time; after a failure the next one tries again. */
  #create(): Promise<void> {
    this.#creation ??= this.#setup.create().finally(() => {
      this.#creation = undefined;
    });
    return this.#creation;
  }

  #compareClocks(server: number, machine: number): void {
    const skew = server - machine;
    if (Math.abs(skew) <= MOST_SKEW) {
      return;
    }
    const direction = skew > 0 ? 'ahead of' : 'behind';
    this.#log.warn(
      'skew',
      `PostgreSQL's clock is ${Math.round(Math.abs(skew) / 1_000)} s ${direction} this machine's. This machine computes when ` +
        "sessions expire, and they expire by PostgreSQL's clock: synchronise both, with NTP.",
    );
  }
}
