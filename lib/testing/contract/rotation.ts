import assert from 'node:assert/strict';
import type { ContractRule, ContractHarness } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const rotationRules: readonly ContractRule[] = [
  {
    name: 'rotate moves the record to the new id, and the tombstone under the old one says "rotated"',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      const to = harness.id();
      const next = { ...record, data: 'new' };
      const rotated = written(await rotate(harness, { from: id, to, record: next, guard: { version } }));
      assert.deepEqual(await harness.store.load({ id: to }), { status: 'found', record: next, version: rotated });
      await harness.isGone(id, 'rotated');
      written(await harness.store.update({ id: to, record: next, guard: { version: rotated } }));
    },
  },
  {
    name: 'the tombstone of a rotated id disappears when it ends',
    check: async (harness) => {
      const { id, record, version } = await harness.given();
      const guard = { version };
      const to = harness.id();
      written(await harness.store.rotate({ from: id, to, record, guard, tombstoneUntil: harness.now() + SHORT }));
      await harness.wait(SHORT + 1);
      await harness.until('missing', () => harness.store.load({ id }));
      await harness.found(to);
    },
  },
  {
    name: 'rotate moves the lock to the new id',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const to = harness.id();
      const lock = { token, release: false };
      const rotated = written(await rotate(harness, { from: id, to, record, guard: { version, lock } }));
      await harness.isLocked(to);
      assert.equal(await harness.store.renewLock({ id: to, token, lease: HOUR }), true);
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      written(
        await harness.store.update({ id: to, record, guard: { version: rotated, lock: { token, release: true } } }),
      );
      await harness.isFree(to);
    },
  },
  {
    name: 'a lease that rotate has moved still ends',
    check: async (harness) => {
      const { to, lease } = await harness.inTime(SHORT, async (lease) => {
        const { id, record, version, token } = await harness.givenLocked({ lease });
        const to = harness.id();
        written(await rotate(harness, { from: id, to, record, guard: { version, lock: { token, release: false } } }));
        return { to, lease };
      });
      await harness.wait(lease + 1);
      await harness.until('acquired', () => harness.tryLock(to, harness.token()));
    },
  },
  {
    name: 'rotate can release the lock in the same step',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const to = harness.id();
      written(await rotate(harness, { from: id, to, record, guard: { version, lock: { token, release: true } } }));
      await harness.isFree(to);
    },
  },
  {
    name: 'rotate without the lock does not move the lock of another: its holder does not know the new id',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const to = harness.id();
      written(await rotate(harness, { from: id, to, record, guard: { version } }));
      await harness.isFree(to);
      assert.equal(await harness.store.unlock({ id, token }), false);
    },
  },
  {
    name: 'rotate with a version that is no longer current changes nothing',
    check: async (harness) => {
      const { id, record, version } = await harness.given();
      const theirs = { ...record, data: 'theirs' };
      written(await harness.store.update({ id, record: theirs, guard: { version } }));
      const to = harness.id();
      assert.equal(await rotate(harness, { from: id, to, record, guard: { version } }), false);
      assert.deepEqual((await harness.found(id)).record, theirs);
      await harness.isMissing(to);
    },
  },
  {
    name: 'rotate under another’s lock changes nothing',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const to = harness.id();
      const lock = { token: harness.token(), release: true };
      assert.equal(await rotate(harness, { from: id, to, record, guard: { version, lock } }), false);
      await harness.isMissing(to);
      await harness.isLocked(id);
      written(await harness.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    },
  },
  {
    name: 'rotate to an id that is in use changes nothing: neither session is lost',
    check: async (harness) => {
      const mine = await harness.givenLocked();
      const other = await harness.given('other');
      const lock = { token: mine.token, release: true };
      const guard = { version: mine.version, lock };
      assert.equal(await rotate(harness, { from: mine.id, to: other.id, record: mine.record, guard }), false);
      assert.deepEqual((await harness.found(other.id)).record, other.record);
      assert.deepEqual((await harness.found(mine.id)).record, mine.record);
      await harness.isLocked(mine.id);
      written(await harness.store.update({ id: mine.id, record: mine.record, guard }));
    },
  },
  {
    name: 'rotate to an id that is gone changes nothing',
    check: async (harness) => {
      const { id, record, version } = await harness.given();
      const { id: gone } = await harness.givenGone();
      assert.equal(await rotate(harness, { from: id, to: gone, record, guard: { version } }), false);
      assert.deepEqual(await harness.store.load({ id }), { status: 'found', record, version });
      await harness.isGone(gone, 'destroyed');
    },
  },
  {
    name: 'rotate brings no record into being where there was none',
    check: async (harness) => {
      const { record, version } = await harness.given();
      const [from, to] = [harness.id(), harness.id()];
      assert.equal(await rotate(harness, { from, to, record, guard: { version } }), false);
      await harness.isMissing(from);
      await harness.isMissing(to);
    },
  },
  {
    name: 'rotate never moves expiresAt back',
    check: async (harness) => {
      const { id, record, version } = await harness.given();
      const to = harness.id();
      const earlier = { ...record, expiresAt: record.expiresAt - 1_000 };
      written(await rotate(harness, { from: id, to, record: earlier, guard: { version } }));
      assert.equal((await harness.found(to)).record.expiresAt, record.expiresAt);
    },
  },
];

type Rotation = Omit<Parameters<ContractHarness['store']['rotate']>[0], 'tombstoneUntil'>;

function rotate(harness: ContractHarness, rotation: Rotation): ReturnType<ContractHarness['store']['rotate']> {
  return harness.store.rotate({ ...rotation, tombstoneUntil: harness.now() + HOUR });
}
