import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

export const lockRules: readonly ContractRule[] = [
  {
    name: 'the lock comes with the record as it is under the lock',
    check: async (trial) => {
      const { id, record, version } = await trial.given('old');
      const next = { ...record, data: 'newest' };
      written(await trial.store.update({ id, record: next, guard: { version } }));
      assert.deepEqual((await trial.lock(id)).record, next);
    },
  },
  {
    name: 'who holds the lock can write with the version that came with it',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const guard = { version, lock: { token, release: false } };
      const second = written(await trial.store.update({ id, record: { ...record, data: 'one' }, guard }));
      written(
        await trial.store.update({ id, record: { ...record, data: 'two' }, guard: { ...guard, version: second } }),
      );
      assert.equal((await trial.found(id)).record.data, 'two');
      await trial.isLocked(id);
    },
  },
  {
    name: 'a lock that is held is not given to anybody else',
    check: async (trial) => {
      const { id } = await trial.givenLocked();
      await trial.isLocked(id);
      await trial.isLocked(id);
    },
  },
  {
    name: 'who is told that a lock is held is told by whom, where the store knows it',
    check: async (trial) => {
      const { id } = await trial.given();
      const holder = { route: 'POST /cart/:id "ü"\n', process: 'host:17', since: trial.now() };
      assert.equal((await trial.store.tryLock({ id, token: trial.token(), lease: HOUR, holder })).status, 'acquired');
      const answer = await trial.tryLock(id, trial.token());
      assert.ok(answer.status === 'held');
      assert.deepEqual(answer.holder ?? holder, holder);
    },
  },
  {
    name: 'the same token may ask again and has the lock: an answer can get lost',
    check: async (trial) => {
      const { id, token } = await trial.givenLocked();
      assert.equal((await trial.tryLock(id, token)).status, 'acquired');
      await trial.isLocked(id);
    },
  },
  {
    name: 'an id that is missing is not locked, and the attempt leaves nothing behind',
    check: async (trial) => {
      const id = trial.id();
      assert.equal((await trial.tryLock(id, trial.token())).status, 'missing');
      written(await trial.store.create({ id, record: trial.record() }));
      await trial.isFree(id);
    },
  },
  {
    name: 'unlock frees the lock',
    check: async (trial) => {
      const { id, token } = await trial.givenLocked();
      assert.equal(await trial.store.unlock({ id, token }), true);
      await trial.isFree(id);
      assert.equal(await trial.store.unlock({ id, token }), false);
    },
  },
  {
    name: 'unlock touches the record in the same step',
    check: async (trial) => {
      const { id, record, token } = await trial.givenLocked();
      const expiresAt = record.expiresAt + 1_000;
      assert.equal(await trial.store.unlock({ id, token, expiresAt }), true);
      assert.deepEqual((await trial.found(id)).record, { ...record, expiresAt });
    },
  },
  {
    name: 'unlock never moves expiresAt back',
    check: async (trial) => {
      const { id, record, token } = await trial.givenLocked();
      assert.equal(await trial.store.unlock({ id, token, expiresAt: record.expiresAt - 1_000 }), true);
      assert.equal((await trial.found(id)).record.expiresAt, record.expiresAt);
    },
  },
  {
    name: 'unlock with another token changes nothing: a late release frees nobody else’s lock',
    check: async (trial) => {
      const { id, record } = await trial.givenLocked();
      const expiresAt = record.expiresAt + 1_000;
      assert.equal(await trial.store.unlock({ id, token: trial.token(), expiresAt }), false);
      assert.deepEqual((await trial.found(id)).record, record);
      await trial.isLocked(id);
    },
  },
  {
    name: 'a write can let the lock go in the same step',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const guard = { version, lock: { token, release: true } };
      written(await trial.store.update({ id, record: { ...record, data: 'saved' }, guard }));
      await trial.isFree(id);
      assert.equal((await trial.found(id)).record.data, 'saved');
    },
  },
  {
    name: 'a write under another’s lock is refused, and that lock stays',
    check: async (trial) => {
      const { id, record, version } = await trial.givenLocked();
      const guard = { version, lock: { token: trial.token(), release: true } };
      assert.equal(await trial.store.update({ id, record: { ...record, data: 'forged' }, guard }), false);
      assert.deepEqual((await trial.found(id)).record, record);
      await trial.isLocked(id);
    },
  },
  {
    name: 'a write under a lock that nobody holds is refused',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      assert.equal(await trial.store.unlock({ id, token }), true);
      const guard = { version, lock: { token, release: true } };
      assert.equal(await trial.store.update({ id, record: { ...record, data: 'late' }, guard }), false);
      assert.deepEqual((await trial.found(id)).record, record);
    },
  },
  {
    name: 'a write without a lock goes through beside one, and the holder’s next write with its old version is refused',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      const theirs = written(
        await trial.store.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }),
      );
      const lock = { token, release: true };
      const mine = { ...record, data: 'mine' };
      assert.equal(await trial.store.update({ id, record: mine, guard: { version, lock } }), false);
      assert.equal((await trial.found(id)).record.data, 'theirs');
      await trial.isLocked(id);
      written(await trial.store.update({ id, record: mine, guard: { version: theirs, lock } }));
      await trial.isFree(id);
    },
  },
  {
    name: 'touch disturbs no lock',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked();
      assert.equal(await trial.store.touch({ id, expiresAt: record.expiresAt + 1_000 }), true);
      await trial.isLocked(id);
      written(await trial.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    },
  },
  {
    name: 'a lease that is renewed does not run out',
    check: async (trial) => {
      const { id, token } = await trial.givenLocked({ lease: SHORT });
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), true);
      await trial.wait(SHORT + 1);
      await trial.isLocked(id);
    },
  },
  {
    name: 'only the token that has the lock renews it',
    check: async (trial) => {
      const { id } = await trial.givenLocked({ lease: SHORT });
      assert.equal(await trial.store.renewLock({ id, token: trial.token(), lease: HOUR }), false);
      await trial.wait(SHORT + 1);
      await trial.until('acquired', () => trial.tryLock(id, trial.token()));
    },
  },
  {
    name: 'a lock that is let go is not renewed',
    check: async (trial) => {
      const { id, token } = await trial.givenLocked();
      assert.equal(await trial.store.unlock({ id, token }), true);
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      await trial.isFree(id);
    },
  },
  {
    name: 'a lease that has run out is anybody’s, and whoever slept through it can no longer write, renew or unlock',
    check: async (trial) => {
      const { id, record, version, token } = await trial.givenLocked({ lease: SHORT });
      await trial.wait(SHORT + 1);
      await trial.until('acquired', () => trial.tryLock(id, trial.token()));
      const stale = { ...record, data: 'stale' };
      assert.equal(
        await trial.store.update({ id, record: stale, guard: { version, lock: { token, release: true } } }),
        false,
      );
      assert.equal(await trial.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await trial.store.unlock({ id, token, expiresAt: record.expiresAt + 1_000 }), false);
      assert.deepEqual((await trial.found(id)).record, record);
      await trial.isLocked(id);
    },
  },
];
