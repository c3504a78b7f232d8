import type { PostgresClient } from './clients.js';
import type { Checkout } from './connection-ages.js';
import type { Connections } from './connections.js';
import { kindOf, OperationTimeout } from './failures.js';
import { ignoreError } from './pooled-query.js';
import { type Statement, statement } from './statement.js';

/** Sends one statement, unprepared. */
export type Ask = <Row>(statement: Statement<Row>, values?: unknown[]) => Promise<Asked<Row>>;

export interface Asked<Row> {
  readonly rows: readonly Row[];
  /** Rows found or changed. */
  readonly count: number;
}

const BEGIN = statement('BEGIN ISOLATION LEVEL READ COMMITTED');
const ROLLBACK = statement('ROLLBACK');

/**
 * Does work on one connection, in a transaction that is rolled back whatever happens; once more, when the connection breaks.
 * Each step may take `timeout` milliseconds.
 *
 * @throws what the work throws, the client's own errors, and OperationTimeout.
 */
export async function rolledBack<T>(
  connections: Connections,
  timeout: number,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const attempt = { isCut: false };
  try {
    return await inTransaction(connections, timeout, work, attempt);
  } catch (error) {
    if (!attempt.isCut) {
      throw error;
    }
    return inTransaction(connections, timeout, work, attempt);
  }
}

/** Notes in `attempt` that the connection broke: the work may make another error of it. */
async function inTransaction<T>(
  connections: Connections,
  timeout: number,
  work: (ask: Ask) => Promise<T>,
  attempt: { isCut: boolean },
): Promise<T> {
  const noted = <R>(step: Promise<R>): Promise<R> =>
    step.catch((error: unknown) => {
      attempt.isCut = kindOf(error) === 'cut';
      throw error;
    });
  const { client, release } = await noted(inTime(timeout, checkOut(connections), (late) => late.release(false)));
  let isBroken = true;
  try {
    const ask: Ask = (asked, values = []) => noted(inTime(timeout, query(client, asked, values)));
    await ask(BEGIN);
    const result = await work(ask);
    await ask(ROLLBACK);
    isBroken = false;
    return result;
  } finally {
    client.removeListener('error', ignoreError);
    // The server rolls back when it is closed.
    release(isBroken);
  }
}

/** `onLate` gets what comes after the error. */
function inTime<T>(timeout: number, work: Promise<T>, onLate: (result: T) => void = ignoreResult): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new OperationTimeout(timeout));
    }, timeout);
    work.then((result) => (isLate ? onLate(result) : resolve(result)), reject).finally(() => clearTimeout(timer));
  });
}

const ignoreResult = (): void => undefined;

/** The listener is there at once: a server may end the connection in the packet in which it accepts it. */
function checkOut(connections: Connections): Promise<Checkout> {
  return new Promise((resolve, reject) => {
    connections.connect((checkout) => {
      checkout.client.on('error', ignoreError);
      resolve(checkout);
    }, reject);
  });
}

function query<Row>(client: PostgresClient, { text }: Statement<Row>, values: unknown[]): Promise<Asked<Row>> {
  return new Promise((resolve, reject) => {
    client.query(text, values, (error, result) => {
      if (error) {
        reject(error);
      } else {
        resolve({ rows: result.rows as Row[], count: result.rowCount ?? 0 });
      }
    });
  });
}
