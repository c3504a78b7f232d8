import assert from 'node:assert/strict';
import type { ContractRule, Trial } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const rotationRules: readonly ContractRule[] = [
  {
    name: 'rotate moves the record to the new id and leaves a tombstone under the old one',
    check: async (trial) => {
      const { id, record, version } = await trial.given('old');
      const to = trial.id();
      const next = { ...record, data: 'new' };
      const rotated = written(await rotate(trial, { from: id, to, record: next, guard: { version } }));
      assert.deepEqual(await trial.store.load({ id: to }), { status: 'found', record: next, version: rotated });
      await trial.isAbsent(id, 'gone');
      written(await trial.store.update({ id: to, record: next, guard: { version: rotated } }));
    },
  },
  {
    name: 'the tombstone of a rotated id disappears when its time is over',
    check: async (trial) => {
      const { id, record, version } = await trial.given();
      const guard = { version };
      const to = trial.id();
      written(await trial.store.rotate({ from: id, to, record, guard, tombstoneUntil: trial.now() + SHORT }));
      await trial.wait(SHORT + 1);
      await trial.until('missing', () => trial.store.load({ id }));
      await trial.found(to);
    },
  },
  {
    name: 'rotate takes the lock along: it goes on under the new id',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const to = trial.id();
      const lock = { token, release: false };
      const rotated = written(await rotate(trial, { from: id, to, record, guard: { version, lock } }));
      await trial.isLocked(to);
      assert.equal(await trial.store.renewLock({ id: to, token, lease: HOUR }), true);
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      written(
        await trial.store.update({ id: to, record, guard: { version: rotated, lock: { token, release: true } } }),
      );
      await trial.isFree(to);
    },
  },
  {
    name: 'the lease that rotate takes along still runs out',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked({ lease: SHORT });
      const to = trial.id();
      written(await rotate(trial, { from: id, to, record, guard: { version, lock: { token, release: false } } }));
      await trial.wait(SHORT + 1);
      await trial.until('acquired', () => trial.tryLock(to, trial.token()));
    },
  },
  {
    name: 'rotate can let the lock go in the same step',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const to = trial.id();
      written(await rotate(trial, { from: id, to, record, guard: { version, lock: { token, release: true } } }));
      await trial.isFree(to);
    },
  },
  {
    name: 'rotate without the lock leaves that of another behind: under the new id nobody could let it go',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const to = trial.id();
      written(await rotate(trial, { from: id, to, record, guard: { version } }));
      await trial.isFree(to);
      assert.equal(await trial.store.unlock({ id, token }), false);
    },
  },
  {
    name: 'rotate with a version that is no longer current changes nothing',
    check: async (trial) => {
      const { id, record, version } = await trial.given();
      const theirs = { ...record, data: 'theirs' };
      written(await trial.store.update({ id, record: theirs, guard: { version } }));
      const to = trial.id();
      assert.equal(await rotate(trial, { from: id, to, record, guard: { version } }), false);
      assert.deepEqual((await trial.found(id)).record, theirs);
      await trial.isAbsent(to, 'missing');
    },
  },
  {
    name: 'rotate under another’s lock changes nothing',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const to = trial.id();
      const lock = { token: trial.token(), release: true };
      assert.equal(await rotate(trial, { from: id, to, record, guard: { version, lock } }), false);
      await trial.isAbsent(to, 'missing');
      await trial.isLocked(id);
      written(await trial.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    },
  },
  {
    name: 'rotate to an id that is in use changes nothing: neither session is lost',
    check: async (trial) => {
      const mine = await trial.givenLocked();
      const other = await trial.given('other');
      const lock = { token: mine.token, release: true };
      const guard = { version: mine.version, lock };
      assert.equal(await rotate(trial, { from: mine.id, to: other.id, record: mine.record, guard }), false);
      assert.deepEqual((await trial.found(other.id)).record, other.record);
      assert.deepEqual((await trial.found(mine.id)).record, mine.record);
      await trial.isLocked(mine.id);
      written(await trial.store.update({ id: mine.id, record: mine.record, guard }));
    },
  },
  {
    name: 'rotate to an id that is gone changes nothing',
    check: async (trial) => {
      const { id, record, version } = await trial.given();
      const { id: gone } = await trial.givenGone();
      assert.equal(await rotate(trial, { from: id, to: gone, record, guard: { version } }), false);
      assert.deepEqual(await trial.store.load({ id }), { status: 'found', record, version });
      await trial.isAbsent(gone, 'gone');
    },
  },
  {
    name: 'rotate brings no record into being where there was none',
    check: async (trial) => {
      const { record, version } = await trial.given();
      const [from, to] = [trial.id(), trial.id()];
      assert.equal(await rotate(trial, { from, to, record, guard: { version } }), false);
      await trial.isAbsent(from, 'missing');
      await trial.isAbsent(to, 'missing');
    },
  },
  {
    name: 'rotate never moves expiresAt back',
    check: async (trial) => {
      const { id, record, version } = await trial.given();
      const to = trial.id();
      const earlier = { ...record, expiresAt: record.expiresAt - 1_000 };
      written(await rotate(trial, { from: id, to, record: earlier, guard: { version } }));
      assert.equal((await trial.found(to)).record.expiresAt, record.expiresAt);
    },
  },
];

type Rotation = Omit<Parameters<Trial['store']['rotate']>[0], 'tombstoneUntil'>;

function rotate(trial: Trial, rotation: Rotation): ReturnType<Trial['store']['rotate']> {
  return trial.store.rotate({ ...rotation, tombstoneUntil: trial.now() + HOUR });
}
