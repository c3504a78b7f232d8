import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const tombstoneRules: readonly ContractRule[] = [
  {
    name: 'a deleted record is gone, for readers and for those who want its lock',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'nothing is created over a tombstone: a destroyed id is not used again',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.create({ id, record: harness.record() }), false);
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not updated: a slow request cannot undo a logout',
    check: async (harness) => {
      const { id, record, version } = await harness.givenGone();
      assert.equal(await harness.store.update({ id, record, guard: { version } }), false);
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not touched back to life',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.touch({ id, expiresAt: harness.now() + HOUR }), false);
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a deleted record is not rotated',
    check: async (harness) => {
      const { id, record, version } = await harness.givenGone();
      const to = harness.id();
      const tombstoneUntil = harness.now() + HOUR;
      assert.equal(await harness.store.rotate({ from: id, to, record, guard: { version }, tombstoneUntil }), false);
      await harness.isAbsent(id, 'gone');
      await harness.isAbsent(to, 'missing');
    },
  },
  {
    name: 'delete asks no lock: the holder finds its session gone, and can do nothing about it',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }), true);
      const lock = { token, release: true };
      assert.equal(await harness.store.update({ id, record, guard: { version, lock } }), false);
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await harness.store.unlock({ id, token, expiresAt: harness.now() + HOUR }), false);
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'deleting what is not there is no error, and leaves no tombstone',
    check: async (harness) => {
      const id = harness.id();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }), false);
      await harness.isAbsent(id, 'missing');
    },
  },
  {
    name: 'deleting what is gone already changes nothing',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + 2 * HOUR }), false);
      await harness.isAbsent(id, 'gone');
    },
  },
  {
    name: 'a tombstone disappears when its time is over',
    check: async (harness) => {
      const { id } = await harness.givenGone(SHORT);
      await harness.isAbsent(id, 'gone');
      await harness.wait(SHORT + 1);
      await harness.until('missing', () => harness.store.load({ id }));
      await harness.isAbsent(id, 'missing');
    },
  },
  {
    name: 'a version from before a tombstone is worth nothing afterwards',
    check: async (harness) => {
      const { id, record, version } = await harness.givenGone(SHORT);
      await harness.wait(SHORT + 1);
      await harness.until('missing', () => harness.store.load({ id }));
      written(await harness.store.create({ id, record: harness.record('second life') }));
      assert.equal(await harness.store.update({ id, record, guard: { version } }), false);
      assert.equal((await harness.found(id)).record.data, 'second life');
    },
  },
];
