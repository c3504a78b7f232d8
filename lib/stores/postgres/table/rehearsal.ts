import { randomUUID } from 'node:crypto';
import { randomId } from '../../shared/random-id.js';
import { sqlStateOf } from '../connection/failures.js';
import type { Ask } from '../connection/rolled-back.js';
import type { Statement } from '../connection/statement.js';
import type { Statements } from '../statements.js';

/** No unique key that `ON CONFLICT (id)` can use: none at all, or one that is deferrable. */
export const NO_UNIQUE_KEY: ReadonlySet<string> = new Set(['42P10', '55000']);

/**
 * Classes of SQLSTATE (PostgreSQL, appendix A) that say that the table is not one for sessions. The others are the server's own
 * trouble, which passes: it is out of memory or connections, was told to stop, had to cancel a statement.
 */
const OF_THE_TABLE: ReadonlySet<string> = new Set(['0A', '22', '23', '25', '42', 'P0']);

/** A session could not be taken through its life. */
export class RehearsalFailure extends Error {
  /** `done` is what could not be done to a session, such as "locked". The cause is the server's error, where it gave one. */
  constructor(
    readonly done: string,
    options?: ErrorOptions,
  ) {
    super(`a session cannot be ${done}`, options);
    this.name = new.target.name;
  }
}

const LIFETIME = 60_000;
const LEASE = 10_000;
const DATA = JSON.stringify({ rehearsal: 'ü€😀 \u0000' });
const HOLDER = '{}';

/**
 * Takes a session through its whole life, with the statements that requests send: what can go wrong with the table shows now and
 * not on the first visit. `serverTime` is that of the server's clock, by which sessions expire: this machine's may be behind.
 *
 * @throws RehearsalFailure, or the client's own error when it has another reason than the table.
 */
export async function rehearse(ask: Ask, statements: Statements, serverTime: number): Promise<void> {
  const step = async <Row>(done: string, statement: Statement<Row>, values: unknown[]): Promise<Row | undefined> => {
    const { rows, count } = await attempt(done, ask(statement, values));
    if (count === 0) {
      throw new RehearsalFailure(done);
    }
    return rows[0];
  };
  const [id, next] = [randomId(), randomId()];
  const [token, first, second, third, last] = [1, 2, 3, 4, 5].map(() => randomUUID());
  const now = Date.now();
  const until = serverTime + LIFETIME;

  await step('created', statements.create, [id, DATA, first, now, until]);
  const found = await step('read', statements.load, [id]);
  if (found?.data !== DATA) {
    throw new RehearsalFailure('read as it was written');
  }
  const locked = await step('locked', statements.tryLock, [id, token, LEASE, HOLDER]);
  if (locked?.status !== 'acquired') {
    throw new RehearsalFailure('locked');
  }
  await step('locked for longer', statements.renewLock, [id, token, LEASE]);
  await step('changed', statements.update, [id, DATA, second, now, until, first, token, false]);
  await step('unlocked', statements.unlock, [id, token, until]);
  await step('kept for longer', statements.touch, [id, until]);
  await step('given another id', statements.rotate, [id, next, DATA, third, now, until, second, null, false, until]);
  await step('destroyed', statements.delete, [next, last, until]);
  await attempt('cleaned up', ask(statements.sweep, [0]));
}

async function attempt<T>(done: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const state = sqlStateOf(error);
    throw state !== undefined && isOfTheTable(state) ? new RehearsalFailure(done, { cause: error }) : error;
  }
}

function isOfTheTable(state: string): boolean {
  return NO_UNIQUE_KEY.has(state) || OF_THE_TABLE.has(state.slice(0, 2));
}
