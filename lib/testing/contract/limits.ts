import assert from 'node:assert/strict';
import { SessionTooLargeError } from '../../errors/index.js';
import type { LockHolder } from '../../interfaces/session-record.interface.js';
import type { ContractHarness, ContractRule } from './harness.js';
import { HOUR, written } from './harness.js';

const MEBIBYTE = 1_048_576;

/** Bytes below a mebibyte: what backends and stores keep for themselves lies somewhere in between. */
const MARGINS = [4_096, 2_048, 1_600, 1_400, 1_274, 1_200, 1_100, 1_024, 600, 0];

/** As long as a client can make a route, with what a text has to be escaped for. */
const LONG: LockHolder = {
  route: `GET /${'"ü\n'.repeat(5_000)}?token=secret`,
  process: `${'host'.repeat(1_000)}:17`,
  since: 0,
};

/** What a store adds to a session must always fit: a lock, its holder, a tombstone. */
export const limitRules: readonly ContractRule[] = [
  {
    name: 'a session that was stored can be locked, read, shrunk and destroyed, however large it is',
    check: async (harness) => {
      for (const margin of MARGINS) {
        const [id, record] = [harness.id(), harness.record('x'.repeat(MEBIBYTE - margin))];
        if (await isRefused(() => harness.store.create({ id, record }))) {
          continue;
        }
        await canBeUsed(harness, id);
      }
    },
  },
  {
    name: 'a session that was changed under its lock can be locked again, shrunk and destroyed, however large it is',
    check: async (harness) => {
      for (const margin of MARGINS) {
        const { id, record } = await harness.given();
        const { token, version } = await harness.lock(id, HOUR, LONG);
        const guard = { version, lock: { token, release: true } };
        const large = { ...record, data: 'x'.repeat(MEBIBYTE - margin) };
        if (await isRefused(() => harness.store.update({ id, record: large, guard }))) {
          assert.equal((await harness.found(id)).record.data, record.data);
          assert.equal(await harness.store.unlock({ id, token }), true);
        }
        await canBeUsed(harness, id);
      }
    },
  },
];

/** Whether the write was refused. There is one way to do that. */
async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    assert.notEqual(await write(), false, 'the write was refused without an error');
    return false;
  } catch (error) {
    assert.ok(error instanceof SessionTooLargeError, `${String(error)} instead of SessionTooLargeError`);
    return true;
  }
}

async function canBeUsed(harness: ContractHarness, id: string): Promise<void> {
  const { store } = harness;
  const { token, version, record } = await harness.lock(id, HOUR, LONG);
  assert.equal(await store.renewLock({ id, token, lease: HOUR }), true);
  assert.ok((await harness.found(id)).record.data === record.data, 'its lock has changed its data');
  const guard = { version, lock: { token, release: false } };
  written(await store.update({ id, record: { ...record, data: 'small' }, guard }));
  assert.equal(await store.delete({ id, tombstoneUntil: harness.now() + HOUR }), true);
  await harness.isGone(id, 'destroyed');
}
