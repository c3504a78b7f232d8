import assert from 'node:assert/strict';
import type { ContractRule, Stored, ContractHarness } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const expiryRules: readonly ContractRule[] = [
  {
    name: 'an expired record is missing, whether it has been removed or not',
    check: async (harness) => {
      const { id } = await givenExpired(harness);
      await harness.isMissing(id);
    },
  },
  {
    name: 'an expired record is not updated',
    check: async (harness) => {
      const { id, version } = await givenExpired(harness);
      assert.equal(await harness.store.update({ id, record: harness.record(), guard: { version } }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'an expired record is not touched back to life',
    check: async (harness) => {
      const { id } = await givenExpired(harness);
      assert.equal(await harness.store.touch({ id, expiresAt: harness.now() + HOUR }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'an expired record is not deleted: there is nothing, and no tombstone is left',
    check: async (harness) => {
      const { id } = await givenExpired(harness);
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'an expired record is not rotated',
    check: async (harness) => {
      const { id, version } = await givenExpired(harness);
      const to = harness.id();
      const tombstoneUntil = harness.now() + HOUR;
      const rotation = { from: id, to, record: harness.record(), guard: { version }, tombstoneUntil };
      assert.equal(await harness.store.rotate(rotation), false);
      await harness.isMissing(id);
      await harness.isMissing(to);
    },
  },
  {
    name: 'an expired record has no lock: its former holder can neither write, renew nor unlock',
    check: async (harness) => {
      const { id, token, version, record } = await harness.givenLocked({ expiresIn: SHORT });
      await harness.outlive(record);
      const lock = { token, release: false };
      assert.equal(await harness.store.update({ id, record: harness.record(), guard: { version, lock } }), false);
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await harness.store.unlock({ id, token, expiresAt: harness.now() + HOUR }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'an expired id can be created anew',
    check: async (harness) => {
      const { id } = await givenExpired(harness);
      const record = harness.record('new');
      const version = written(await harness.store.create({ id, record }));
      assert.deepEqual(await harness.store.load({ id }), { status: 'found', record, version });
    },
  },
  {
    name: 'a session that is created over an expired, locked one is free: nobody holds the lock of another’s session',
    check: async (harness) => {
      const { id, token, record: expired } = await harness.givenLocked({ expiresIn: SHORT });
      await harness.outlive(expired);
      const record = harness.record('new');
      const version = written(await harness.store.create({ id, record }));
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      const guard = { version, lock: { token, release: false } };
      assert.equal(await harness.store.update({ id, record: { ...record, data: 'stale' }, guard }), false);
      await harness.isFree(id);
      assert.deepEqual((await harness.found(id)).record, record);
    },
  },
  {
    name: 'a record that was touched in time outlives its first expiry',
    check: async (harness) => {
      const { id, record } = await harness.inTime(SHORT, async (life) => {
        const { id, record } = await harness.given('kept', life);
        assert.equal(await harness.store.touch({ id, expiresAt: record.expiresAt + HOUR }), true);
        return { id, record };
      });
      await harness.outlive(record);
      assert.equal((await harness.found(id)).record.data, 'kept');
    },
  },
];

async function givenExpired(harness: ContractHarness): Promise<Stored> {
  const stored = await harness.given('expired', SHORT);
  await harness.outlive(stored.record);
  return stored;
}
