import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const tombstoneRules: readonly ContractRule[] = [
  {
    name: 'a deleted record is gone: the tombstone says "destroyed" to readers and to callers that want the lock',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'nothing is created over a tombstone: a destroyed id is not used again',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.create({ id, record: harness.record() }), false);
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'a deleted record is not updated: a slow request cannot undo a logout',
    check: async (harness) => {
      const { id, record, version } = await harness.givenGone();
      assert.equal(await harness.store.update({ id, record, guard: { version } }), false);
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'a deleted record is not touched back to life',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.touch({ id, expiresAt: harness.now() + HOUR }), false);
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'a deleted record is not rotated',
    check: async (harness) => {
      const { id, record, version } = await harness.givenGone();
      const to = harness.id();
      const tombstoneUntil = harness.now() + HOUR;
      assert.equal(await harness.store.rotate({ from: id, to, record, guard: { version }, tombstoneUntil }), false);
      await harness.isGone(id, 'destroyed');
      await harness.isMissing(to);
    },
  },
  {
    name: 'delete needs no lock: the holder finds its session gone, and can neither write, renew nor unlock',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }), true);
      const lock = { token, release: true };
      assert.equal(await harness.store.update({ id, record, guard: { version, lock } }), false);
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await harness.store.unlock({ id, token, expiresAt: harness.now() + HOUR }), false);
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'deleting a missing id is no error, and leaves no tombstone',
    check: async (harness) => {
      const id = harness.id();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }), false);
      await harness.isMissing(id);
    },
  },
  {
    name: 'deleting an id that is gone changes nothing',
    check: async (harness) => {
      const { id } = await harness.givenGone();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + 2 * HOUR }), false);
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'deleting an id that was rotated changes nothing: its tombstone still says "rotated"',
    check: async (harness) => {
      const { id } = await harness.givenRotated();
      assert.equal(await harness.store.delete({ id, tombstoneUntil: harness.now() + 2 * HOUR }), false);
      await harness.isGone(id, 'rotated');
    },
  },
  {
    name: 'a tombstone says why it is there until it ends, also after the time at which its session would have expired',
    check: async (harness) => {
      const { destroyed, rotated, tombstoneUntil } = await harness.inTime(SHORT, async (life) => {
        const { id: destroyed } = await harness.given('destroyed', life);
        const { id: rotated, record, version } = await harness.given('rotated', life);
        const tombstoneUntil = harness.now() + 4 * life;
        const rotation = { from: rotated, to: harness.id(), record, guard: { version }, tombstoneUntil };
        assert.equal(await harness.store.delete({ id: destroyed, tombstoneUntil }), true);
        written(await harness.store.rotate(rotation));
        return { destroyed, rotated, tombstoneUntil };
      });
      while (harness.now() < tombstoneUntil) {
        const answers = [await harness.store.load({ id: destroyed }), await harness.store.load({ id: rotated })];
        if (harness.now() < tombstoneUntil) {
          assert.deepEqual(answers, [
            { status: 'gone', because: 'destroyed' },
            { status: 'gone', because: 'rotated' },
          ]);
        }
        await harness.wait(SHORT / 8);
      }
      for (const id of [destroyed, rotated]) {
        await harness.until('missing', () => harness.store.load({ id }));
      }
    },
  },
  {
    name: 'a write that a tombstone refuses does not change what the tombstone says',
    check: async (harness) => {
      const gone = [
        { ...(await harness.givenGone()), because: 'destroyed' as const },
        { ...(await harness.givenRotated()), because: 'rotated' as const },
      ];
      for (const { id, record, version, because } of gone) {
        const token = harness.token();
        const guard = { version };
        const tombstoneUntil = harness.now() + HOUR;
        assert.equal(await harness.store.create({ id, record }), false);
        assert.equal(await harness.store.update({ id, record, guard }), false);
        assert.equal(await harness.store.touch({ id, expiresAt: record.expiresAt + 1_000 }), false);
        assert.equal(await harness.store.rotate({ from: id, to: harness.id(), record, guard, tombstoneUntil }), false);
        assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
        assert.equal(await harness.store.unlock({ id, token, expiresAt: record.expiresAt + 1_000 }), false);
        await harness.isGone(id, because);
      }
    },
  },
  {
    name: 'a tombstone disappears when it ends',
    check: async (harness) => {
      const { id } = await harness.givenGone(SHORT);
      await harness.wait(SHORT + 1);
      await harness.until('missing', () => harness.store.load({ id }));
      await harness.isMissing(id);
    },
  },
  {
    name: 'a version from before a tombstone does not permit a write after it',
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
