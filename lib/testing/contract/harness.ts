import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Acquired,
  EndReason,
  Found,
  LockHolder,
  SessionRecord,
  SessionVersion,
} from '../../interfaces/session-record.interface.js';
import type { SessionStore } from '../../stores/session-store.js';

/** How the contract reaches the store that it tests. */
export interface SessionStoreContractOptions<S extends SessionStore = SessionStore> {
  /** A new and empty store that has been started. Called once for each case. */
  create(): S | Promise<S>;
  /** Closes what `create` opened. */
  destroy?(store: S): void | Promise<void>;
  /** Lets so many milliseconds pass on the store's clock. Default: real time. */
  wait?(milliseconds: number): void | Promise<void>;
  /** The store's wall clock, in epoch milliseconds. Default `Date.now`. */
  now?(): number;
  /**
   * Makes the store's backend unreachable, so that the contract can check that an outage does not look like a missing session.
   * Without this function that case is left out.
   */
  breakDown?(store: S): void | Promise<void>;
}

/** One rule of the contract. `it(name, run)` makes a test of it in any runner. */
export interface SessionStoreContractCase {
  /** The rule, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the store breaks the rule. */
  readonly run: () => Promise<void>;
}

/** A rule of the contract, before it is bound to a store. */
export interface ContractRule {
  readonly name: string;
  readonly check: (harness: ContractHarness) => Promise<void>;
}

/** A record in the store, and what a case knows of it. */
export interface Stored {
  readonly id: string;
  readonly record: SessionRecord;
  readonly version: SessionVersion;
}

/** Milliseconds: short enough to wait for. What has to happen within it needs `inTime()`. */
export const SHORT = 400;
export const HOUR = 3_600_000;

/** How much later than it should an entry or a lease may end: some backends count in whole seconds. */
const GRACE = 4_000;
const POLL = 50;
/** Milliseconds: what a slow machine may have for what should happen within `SHORT`. */
const LONGEST = 10_000;

const HOLDER: LockHolder = { route: 'GET /contract', process: 'contract:1', since: 0 };

/** A store under test, and what the cases need: ids, records, and time. */
export class ContractHarness {
  constructor(
    readonly store: SessionStore,
    readonly now: () => number,
    readonly wait: (milliseconds: number) => Promise<void>,
    readonly breakDown: () => Promise<void>,
  ) {}

  /** An id as the engine makes them. */
  id(): string {
    return createHash('sha256').update(randomBytes(32)).digest('base64url');
  }

  token(): string {
    return randomBytes(12).toString('base64url');
  }

  record(data = '{}', expiresIn = HOUR): SessionRecord {
    const now = this.now();
    return { data, createdAt: now, expiresAt: now + expiresIn };
  }

  /** Puts a record into the store. */
  async given(data = '{}', expiresIn = HOUR): Promise<Stored> {
    const id = this.id();
    const record = this.record(data, expiresIn);
    return { id, record, version: written(await this.store.create({ id, record })) };
  }

  /** Puts a record into the store and takes its lock. */
  givenLocked({ lease = HOUR, expiresIn = HOUR } = {}): Promise<Stored & { readonly token: string }> {
    return this.inTime(expiresIn, async (life) => {
      const { id, record } = await this.given('{}', life);
      const { token, version } = await this.lock(id, lease);
      return { id, record, version, token };
    });
  }

  /** Puts a record into the store and moves it to another id. The `id` that is returned is the old one. */
  async givenRotated(tombstoneLife = HOUR): Promise<Stored> {
    const stored = await this.given();
    const { id: from, record, version } = stored;
    const tombstoneUntil = this.now() + tombstoneLife;
    written(await this.store.rotate({ from, to: this.id(), record, guard: { version }, tombstoneUntil }));
    return stored;
  }

  /** Puts a record into the store and deletes it. */
  async givenGone(tombstoneLife = HOUR): Promise<Stored> {
    const stored = await this.given();
    assert.equal(await this.store.delete({ id: stored.id, tombstoneUntil: this.now() + tombstoneLife }), true);
    return stored;
  }

  tryLock(id: string, token: string, lease = HOUR, holder = HOLDER): ReturnType<SessionStore['tryLock']> {
    return this.store.tryLock({ id, token, lease, holder });
  }

  async lock(id: string, lease = HOUR, holder = HOLDER): Promise<Acquired & { readonly token: string }> {
    const token = this.token();
    const answer = await this.tryLock(id, token, lease, holder);
    assert.ok(answer.status === 'acquired', `the lock was not acquired: ${answer.status}`);
    return { ...answer, token };
  }

  async found(id: string): Promise<Found> {
    const answer = await this.store.load({ id });
    assert.ok(answer.status === 'found', `the record was not found: ${answer.status}`);
    return answer;
  }

  /** Asserts that `load` and `tryLock` both answer that nothing is there. */
  async isMissing(id: string): Promise<void> {
    assert.deepEqual(await this.store.load({ id }), { status: 'missing' });
    assert.deepEqual(await this.tryLock(id, this.token()), { status: 'missing' });
  }

  /** Asserts that `load` and `tryLock` both find the tombstone, with the reason why it is there. */
  async isGone(id: string, because: EndReason): Promise<void> {
    assert.deepEqual(await this.store.load({ id }), { status: 'gone', because });
    assert.deepEqual(await this.tryLock(id, this.token()), { status: 'gone', because });
  }

  async isLocked(id: string): Promise<void> {
    assert.equal((await this.tryLock(id, this.token())).status, 'held');
  }

  /** Asserts that the lock is free, and leaves it free. */
  async isFree(id: string): Promise<void> {
    const { token } = await this.lock(id);
    assert.equal(await this.store.unlock({ id, token }), true);
  }

  /**
   * Takes a step that has to be over within so many milliseconds. Where it failed and was not, it is taken again with more of them:
   * that a machine is slow is no fault of the store.
   */
  async inTime<T>(milliseconds: number, step: (milliseconds: number) => Promise<T>): Promise<T> {
    const start = this.now();
    try {
      return await step(milliseconds);
    } catch (error) {
      const more = 4 * milliseconds;
      if (this.now() - start < milliseconds || more > LONGEST) {
        throw error;
      }
      return this.inTime(more, step);
    }
  }

  /** Waits until the record has expired. */
  outlive({ expiresAt }: SessionRecord): Promise<void> {
    return this.wait(Math.max(0, expiresAt - this.now()) + 1);
  }

  /** Asks until the answer has this status, for some seconds at most. */
  async until<T extends { readonly status: string }>(status: T['status'], ask: () => Promise<T>): Promise<T> {
    for (let waited = 0; ; waited += POLL) {
      const answer = await ask();
      if (answer.status === status) {
        return answer;
      }
      assert.ok(waited < GRACE, `still "${answer.status}" instead of "${status}" after ${GRACE} ms`);
      await this.wait(POLL);
    }
  }
}

/** Asserts that a write happened, and returns its version. */
export function written(version: SessionVersion | false): SessionVersion {
  assert.notEqual(version, false, 'the write was refused');
  assert.ok(version !== false);
  return version;
}

/** Timers follow another clock than records: one of 401 ms can end before 401 have passed on the wall clock. */
async function passedOnTheClock(milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - Date.now()) {
    await sleep(left);
  }
}

/** Runs one rule on a store of its own. */
export async function tryRule<S extends SessionStore>(
  rule: ContractRule,
  options: SessionStoreContractOptions<S>,
): Promise<void> {
  const store = await options.create();
  const now = (): number => options.now?.() ?? Date.now();
  const wait = async (milliseconds: number): Promise<void> => {
    await (options.wait ? options.wait(milliseconds) : passedOnTheClock(milliseconds));
  };
  const breakDown = async (): Promise<void> => {
    await options.breakDown?.(store);
  };
  try {
    await rule.check(new ContractHarness(store, now, wait, breakDown));
  } finally {
    await options.destroy?.(store);
  }
}
