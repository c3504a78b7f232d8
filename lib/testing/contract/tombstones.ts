import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const tombstoneRules: readonly ContractRule[] = [
  {
    name: 'a deleted record is gone, for readers and for those who want its lock',
    check: async (trial) => {
      const { id } = await trial.givenGone();
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'nothing is created over a tombstone: a destroyed id is not used again',
    check: async (trial) => {
      const { id } = await trial.givenGone();
      assert.equal(await trial.store.create({ id, record: trial.record() }), false);
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not updated: a slow request cannot undo a logout',
    check: async (trial) => {
      const { id, record, version } = await trial.givenGone();
      assert.equal(await trial.store.update({ id, record, guard: { version } }), false);
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not touched back to life',
    check: async (trial) => {
      const { id } = await trial.givenGone();
      assert.equal(await trial.store.touch({ id, expiresAt: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not rotated',
    check: async (trial) => {
      const { id, record, version } = await trial.givenGone();
      const to = trial.id();
      const tombstoneUntil = trial.now() + HOUR;
      assert.equal(await trial.store.rotate({ from: id, to, record, guard: { version }, tombstoneUntil }), false);
      await trial.isAbsent(id, 'gone');
      await trial.isAbsent(to, 'missing');
    },
  },
  {
    name: 'delete asks no lock: the holder finds its session gone, and can do nothing about it',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      assert.equal(await trial.store.delete({ id, tombstoneUntil: trial.now() + HOUR }), true);
      const lock = { token, release: true };
      assert.equal(await trial.store.update({ id, record, guard: { version, lock } }), false);
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await trial.store.unlock({ id, token, expiresAt: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'deleting what is not there is no error, and leaves no tombstone',
    check: async (trial) => {
      const id = trial.id();
      assert.equal(await trial.store.delete({ id, tombstoneUntil: trial.now() + HOUR }), false);
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'deleting what is gone already changes nothing',
    check: async (trial) => {
      const { id } = await trial.givenGone();
      assert.equal(await trial.store.delete({ id, tombstoneUntil: trial.now() + 2 * HOUR }), false);
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a tombstone disappears when its time is over',
    check: async (trial) => {
      const { id } = await trial.givenGone(SHORT);
      await trial.isAbsent(id, 'gone');
      await trial.wait(SHORT + 1);
      await trial.until('missing', () => trial.store.load({ id }));
      await trial.isAbsent(id, 'missing');
    },
  },
  {
    name: 'a version from before a tombstone is worth nothing afterwards',
    check: async (trial) => {
      const { id, record, version } = await trial.givenGone(SHORT);
      await trial.wait(SHORT + 1);
      await trial.until('missing', () => trial.store.load({ id }));
      written(await trial.store.create({ id, record: trial.record('second life') }));
      assert.equal(await trial.store.update({ id, record, guard: { version } }), false);
      assert.equal((await trial.found(id)).record.data, 'second life');
    },
  },
];
