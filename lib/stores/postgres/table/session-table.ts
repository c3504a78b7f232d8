import { SessionsConfigError } from '../../../errors/index.js';
import type { StoreContext } from '../../../interfaces/store-abilities.interface.js';
import { warnOfSkew } from '../../shared/clock-skew.js';
import { storeFailure } from '../../shared/store-failure.js';
import type { StoreLog } from '../../shared/store-log.js';
import type { Answer, Database } from '../connection/database.js';
import { kindOf, reasonOf, withoutValues } from '../connection/failures.js';
import type { Statement } from '../connection/statement.js';
import { isHidden, type Statements } from '../statements.js';
import type { TableSetup } from './table-setup.js';

/**
 * Runs statements on the table, and says what is wrong if it cannot be used.
 *
 * The place of the table is settled once, at the start or as soon as the database can be reached. Later nothing is looked up and
 * nothing is created: a table that goes missing is an error, or visitors would be logged out by an empty one. So is row security
 * that is switched on later, and hides their sessions.
 */
export class SessionTable {
  readonly #database: Database;
  readonly #setup: TableSetup;
  readonly #log: StoreLog;
  #statements: Statements | undefined;
  #settling: Promise<Statements> | undefined;
  #machineTime: () => number = Date.now;

  constructor(database: Database, setup: TableSetup, log: StoreLog) {
    this.#database = database;
    this.#setup = setup;
    this.#log = log;
  }

  /**
   * An application starts without a database that it cannot reach, but not with a table that it cannot use.
   *
   * @throws SessionsConfigError with the SQL that fixes it.
   */
  async start(context: StoreContext): Promise<void> {
    this.#log.start(context);
    this.#database.open();
    this.#machineTime = () => context.clock.now();
    if (context.storeTimeout !== undefined) {
      this.#database.answerWithin(context.storeTimeout);
    }
    try {
      await this.#settle(true);
    } catch (error) {
      const advice = this.#setup.adviceOn(error);
      if (advice !== undefined) {
        throw new SessionsConfigError(`PostgresStore: ${advice}`, { cause: withoutValues(error) });
      }
      this.#log.warn('start', `PostgreSQL cannot be used yet (${reasonOf(error)}). Sessions work as soon as it can.`);
    }
  }

  /** @throws SessionStoreError */
  async run<Row>(choose: (statements: Statements) => Statement<Row>, values?: unknown[]): Promise<Answer<Row>> {
    try {
      const statements = this.#statements ?? (await this.#settle(false));
      const answer = await this.#database.run(choose(statements), values);
      return answer.rows.some(isHidden) ? await this.#database.run(choose(await this.#settle(true)), values) : answer;
    } catch (error) {
      throw this.#failure(await this.#reasonOf(error));
    }
  }

  /** As `run`, for what changes a row that has to be there. @throws SessionStoreError */
  async change(choose: (statements: Statements) => Statement, values: unknown[]): Promise<Answer<never>> {
    const answer = await this.run(choose, values);
    if (answer.count === 0) {
      await this.run(({ hidden }) => hidden);
    }
    return answer;
  }

  /** Once for all operations that need the table at the same time; after a failure the next one tries again. */
  #settle(isProved: boolean): Promise<Statements> {
    this.#settling ??= this.#find(isProved).finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #find(isProved: boolean): Promise<Statements> {
    const { statements, serverTime } = await this.#setup.find(isProved);
    this.#statements = statements;
    warnOfSkew(this.#log, 'PostgreSQL', serverTime, this.#machineTime());
    return statements;
  }

  /** A privilege that is refused may be one that is missing, or row security that was switched on: to look again tells. */
  async #reasonOf(error: unknown): Promise<unknown> {
    if (kindOf(error) !== 'privilege') {
      return error;
    }
    return this.#settle(true).then(
      () => error,
      (reason: unknown) => (this.#setup.adviceOn(reason) === undefined ? error : reason),
    );
  }

  #failure(error: unknown): Error {
    const advice = this.#setup.adviceOn(error);
    if (advice !== undefined) {
      this.#log.error('setup', advice);
    }
    const message = advice === undefined ? `PostgreSQL failed: ${reasonOf(error)}` : `PostgresStore: ${advice}`;
    return storeFailure(message, withoutValues(error));
  }
}
