import { SessionsConfigError, SessionStoreError } from '../../errors/index.js';
import { isBatchLoadable } from '../../interfaces/store-abilities.js';
import type { SessionStore } from '../session-store.js';
import { randomId } from './random-id.js';
import { messageOf } from './store-failure.js';
import type { StoreLog } from './store-log.js';

/** Text that a wrong encoding, or a serialiser that is not made for it, would change. */
const DATA = JSON.stringify({ text: 'grün 👩‍👩‍👧 "\\', list: [], number: 0.1 });

const LIFE = 60_000;
const LEASE = 10_000;

/** As long as the names of a holder can be. */
const HOLDER = { route: 'x'.repeat(64), process: 'x'.repeat(64), since: Date.now() };

/** Why a place cannot keep sessions; `cause` is what the store threw, if it did. */
export class LifeError extends Error {}

/**
 * Creates a session on the real place, locks, changes, rotates, touches and destroys it: what cannot work there should end the
 * start, and not the first visit. Nobody has the ids, and what is left ends at once.
 *
 * @throws LifeError that says which step failed, and why.
 */
export async function proveLife(store: SessionStore, now: number, newId = randomId): Promise<void> {
  const [from, to, token] = [newId(), newId(), randomId()];
  const record = { data: DATA, createdAt: now, expiresAt: now + LIFE };
  const changed = { ...record, data: `${DATA} ` };
  const ended = now + 1;
  await step('created', () => store.create({ id: from, record }), isWritten);
  await step(
    'found',
    () => store.load({ id: from }),
    (answer) => answer.status === 'found' && answer.record.data === DATA,
  );
  const locked = await step(
    'locked',
    () => store.tryLock({ id: from, token, lease: LEASE, holder: HOLDER }),
    (answer) => answer.status === 'acquired',
  );
  const version = locked.status === 'acquired' ? locked.version : '';
  const update = { id: from, record: changed, guard: { version, lock: { token, release: false } } };
  const next = await step('changed', () => store.update(update), isWritten);
  const guard = { version: next === false ? version : next, lock: { token, release: false } };
  await step('rotated', () => store.rotate({ from, to, record: changed, guard, tombstoneUntil: ended }), isWritten);
  await step('touched', () => store.touch({ id: to, expiresAt: now + 2 * LIFE }), isTrue);
  await step('unlocked', () => store.unlock({ id: to, token }), isTrue);
  await step(
    'found',
    () => store.load({ id: to }),
    (answer) => answer.status === 'found' && answer.record.data === changed.data,
  );
  if (isBatchLoadable(store)) {
    await step(
      'found among others',
      () => store.loadMany({ ids: [from, to] }),
      ([, answer]) => answer?.status === 'found' && answer.record.data === changed.data,
    );
  }
  await step('destroyed', () => store.delete({ id: to, tombstoneUntil: ended }), isTrue);
}

/**
 * The same where the place is a server: while it cannot be reached the application starts nevertheless, and serves sessions as soon
 * as it can.
 *
 * @throws SessionsConfigError when the server answers, and sessions cannot live there.
 */
export async function proveServer(life: Promise<void>, store: string, log: StoreLog): Promise<void> {
  try {
    await life;
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof LifeError) || !(error.cause instanceof SessionStoreError)) {
      throw new SessionsConfigError(`${store}: sessions cannot live there: ${message}`, { cause: error });
    }
    log.warn('not proved', `the start could not try out where sessions are kept: ${message}`);
  }
}

async function step<T>(name: string, work: () => Promise<T>, isAsItShould: (answer: T) => boolean): Promise<T> {
  let answer: T;
  try {
    answer = await work();
  } catch (cause) {
    throw new LifeError(`a session could not be ${name}: ${messageOf(cause)}`, { cause });
  }
  if (!isAsItShould(answer)) {
    throw new LifeError(`a session was not ${name} as it had been written`);
  }
  return answer;
}

function isWritten(version: string | number | false): boolean {
  return version !== false;
}

function isTrue(answer: boolean): boolean {
  return answer;
}
