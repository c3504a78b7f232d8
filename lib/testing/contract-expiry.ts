import assert from 'node:assert/strict';
import type { ContractRule, Stored, Trial } from './contract-trial.js';
import { HOUR, SHORT, written } from './contract-trial.js';

export const expiryRules: readonly ContractRule[] = [
  {
    name: 'an expired record is missing, whether it has been removed or not',
    check: async (trial) => {
      const { id } = await givenExpired(trial);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'an expired record is not updated',
    check: async (trial) => {
      const { id, version } = await givenExpired(trial);
      assert.equal(await trial.store.update({ id, record: trial.record(), guard: { version } }), false);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'an expired record is not touched back to life',
    check: async (trial) => {
      const { id } = await givenExpired(trial);
      assert.equal(await trial.store.touch({ id, expiresAt: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'an expired record is not deleted: there is nothing, and no tombstone is left',
    check: async (trial) => {
      const { id } = await givenExpired(trial);
      assert.equal(await trial.store.delete({ id, tombstoneUntil: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'an expired record is not rotated',
    check: async (trial) => {
      const { id, version } = await givenExpired(trial);
      const to = trial.id();
      const tombstoneUntil = trial.now() + HOUR;
      const rotation = { from: id, to, record: trial.record(), guard: { version }, tombstoneUntil };
      assert.equal(await trial.store.rotate(rotation), false);
      await trial.isAbsent(id, 'missing');
      await trial.isAbsent(to, 'missing');
    },
  },
  {
    name: 'the lock of an expired record is nobody’s',
    check: async (trial) => {
      const { id, token, version } = await trial.givenLocked({ expiresIn: SHORT });
      await trial.wait(SHORT + 1);
      const lock = { token, release: false };
      assert.equal(await trial.store.update({ id, record: trial.record(), guard: { version, lock } }), false);
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await trial.store.unlock({ id, token, expiresAt: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'an expired id can be created anew',
    check: async (trial) => {
      const { id } = await givenExpired(trial);
      const record = trial.record('new');
      const version = written(await trial.store.create({ id, record }));
      assert.deepEqual(await trial.store.load({ id }), { status: 'found', record, version });
    },
  },
  {
    name: 'a session that is created over an expired, locked one is free: nobody holds the lock of another’s session',
    check: async (trial) => {
      const { id, token } = await trial.givenLocked({ expiresIn: SHORT });
      await trial.wait(SHORT + 1);
      const record = trial.record('new');
      const version = written(await trial.store.create({ id, record }));
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      const guard = { version, lock: { token, release: false } };
      assert.equal(await trial.store.update({ id, record: { ...record, data: 'stale' }, guard }), false);
      await trial.isFree(id);
      assert.deepEqual((await trial.found(id)).record, record);
    },
  },
  {
    name: 'a record that was touched in time outlives its first expiry',
    check: async (trial) => {
      const { id, record } = await trial.given('kept', SHORT);
      assert.equal(await trial.store.touch({ id, expiresAt: record.expiresAt + HOUR }), true);
      await trial.wait(SHORT + 1);
      assert.equal((await trial.found(id)).record.data, 'kept');
    },
  },
];

async function givenExpired(trial: Trial): Promise<Stored> {
  const stored = await trial.given('expired', SHORT);
  await trial.wait(SHORT + 1);
  return stored;
}
