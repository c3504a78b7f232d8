import { SessionsConfigError, SessionStoreError } from '../../errors/index.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import type { Answer, Database } from './database.js';
import { kindOf, reasonOf } from './failures.js';
import type { PostgresStoreLog } from './postgres-store-log.js';
import type { TableSetup } from './table-setup.js';
import type { Statement } from './statement.js';

const RETRY_AFTER = 1_000;
/** Clocks that are kept in step at all are closer than that. */
const MOST_SKEW = 5_000;

/** The statements' way to their table: makes it where that is wanted, and says what is wrong where it cannot be used. */
export class SessionTable {
  readonly #database: Database;
  readonly #setup: TableSetup;
  readonly #log: PostgresStoreLog;
  readonly #isToBeCreated: boolean;
  #creation: Promise<void> | undefined;

  constructor(database: Database, setup: TableSetup, log: PostgresStoreLog, isToBeCreated: boolean) {
    this.#database = database;
    this.#setup = setup;
    this.#log = log;
    this.#isToBeCreated = isToBeCreated;
  }

  /**
   * A database that cannot be reached keeps no application from starting; a table that cannot be used does.
   *
   * @throws SessionsConfigError with the SQL that mends it.
   */
  async start(context: StoreContext): Promise<void> {
    this.#log.start(context);
    try {
      this.#compareClocks(await this.#setup.serverTime(), context.clock.now());
      const missing = await this.#missingPrivileges();
      if (missing !== '') {
        throw new SessionsConfigError(this.#setup.adviceOnPrivileges(missing));
      }
    } catch (error) {
      if (error instanceof SessionsConfigError) {
        throw error;
      }
      const advice = this.#setup.adviceOn(error);
      if (advice !== undefined) {
        throw new SessionsConfigError(advice, { cause: error });
      }
      this.#log.warn(
        'start',
        `PostgreSQL cannot be used yet (${reasonOf(error)}). Sessions are there as soon as it can.`,
      );
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
      throw new SessionStoreError(advice ?? `PostgreSQL failed: ${reasonOf(error)}`, RETRY_AFTER, { cause: error });
    }
  }

  #missingPrivileges(): Promise<string> {
    return this.#createdIfMissing(() => this.#setup.missingPrivileges());
  }

  /** Tried whenever the table turns out to be missing, so that a database that was down at the start gets it later. */
  #createdIfMissing<T>(work: () => Promise<T>): Promise<T> {
    return work().catch(async (error: unknown) => {
      if (!this.#isToBeCreated || kindOf(error) !== 'table') {
        throw error;
      }
      await this.#create();
      return work();
    });
  }

  /** Once for all who miss it at the same time; a failure is forgotten. */
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
      `PostgreSQL's clock is ${Math.round(Math.abs(skew) / 1_000)} s ${direction} this machine's. Sessions end by the server's ` +
        'clock at a time that was reckoned by this one: keep both in step, with NTP.',
    );
  }
}
