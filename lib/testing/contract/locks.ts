import assert from 'node:assert/strict';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

/** Of a store that took a lease for seconds, this would be over while a case waits. */
const MINUTE = 60_000;

export const lockRules: readonly ContractRule[] = [
  {
    name: 'the lock comes with the record as it is under the lock',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      const next = { ...record, data: 'newest' };
      written(await harness.store.update({ id, record: next, guard: { version } }));
      assert.deepEqual((await harness.lock(id)).record, next);
    },
  },
  {
    name: 'the holder of the lock can write with the version that it got with the lock',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const guard = { version, lock: { token, release: false } };
      const second = written(await harness.store.update({ id, record: { ...record, data: 'one' }, guard }));
      written(
        await harness.store.update({ id, record: { ...record, data: 'two' }, guard: { ...guard, version: second } }),
      );
      assert.equal((await harness.found(id)).record.data, 'two');
      await harness.isLocked(id);
    },
  },
  {
    name: 'a lock that is held is not acquired by another token',
    check: async (harness) => {
      const { id } = await harness.givenLocked();
      await harness.isLocked(id);
      await harness.isLocked(id);
    },
  },
  {
    name: 'a lock is held until its lease ends',
    check: async (harness) => {
      const { id } = await harness.givenLocked({ lease: MINUTE });
      await harness.wait(SHORT);
      await harness.isLocked(id);
    },
  },
  {
    name: 'the answer "held" names the holder, where the store knows it',
    check: async (harness) => {
      const { id } = await harness.given();
      const holder = { route: 'POST /cart/:id "ü"\n', process: 'host:17', since: harness.now() };
      assert.equal(
        (await harness.store.tryLock({ id, token: harness.token(), lease: HOUR, holder })).status,
        'acquired',
      );
      const answer = await harness.tryLock(id, harness.token());
      assert.ok(answer.status === 'held');
      assert.deepEqual(answer.holder ?? holder, holder);
    },
  },
  {
    name: 'the token that has the lock acquires it again: an earlier answer may have been lost',
    check: async (harness) => {
      const { id, token } = await harness.givenLocked();
      assert.equal((await harness.tryLock(id, token)).status, 'acquired');
      await harness.isLocked(id);
    },
  },
  {
    name: 'an id that is missing is not locked, and the attempt leaves nothing behind',
    check: async (harness) => {
      const id = harness.id();
      assert.equal((await harness.tryLock(id, harness.token())).status, 'missing');
      written(await harness.store.create({ id, record: harness.record() }));
      await harness.isFree(id);
    },
  },
  {
    name: 'unlock frees the lock',
    check: async (harness) => {
      const { id, token } = await harness.givenLocked();
      assert.equal(await harness.store.unlock({ id, token }), true);
      await harness.isFree(id);
      assert.equal(await harness.store.unlock({ id, token }), false);
    },
  },
  {
    name: 'unlock touches the record in the same step',
    check: async (harness) => {
      const { id, record, token } = await harness.givenLocked();
      const expiresAt = record.expiresAt + 1_000;
      assert.equal(await harness.store.unlock({ id, token, expiresAt }), true);
      assert.deepEqual((await harness.found(id)).record, { ...record, expiresAt });
    },
  },
  {
    name: 'unlock never moves expiresAt back',
    check: async (harness) => {
      const { id, record, token } = await harness.givenLocked();
      assert.equal(await harness.store.unlock({ id, token, expiresAt: record.expiresAt - 1_000 }), true);
      assert.equal((await harness.found(id)).record.expiresAt, record.expiresAt);
    },
  },
  {
    name: 'unlock with another token changes nothing: a late release does not free the lock of another',
    check: async (harness) => {
      const { id, record } = await harness.givenLocked();
      const expiresAt = record.expiresAt + 1_000;
      assert.equal(await harness.store.unlock({ id, token: harness.token(), expiresAt }), false);
      assert.deepEqual((await harness.found(id)).record, record);
      await harness.isLocked(id);
    },
  },
  {
    name: 'a write can release the lock in the same step',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const guard = { version, lock: { token, release: true } };
      written(await harness.store.update({ id, record: { ...record, data: 'saved' }, guard }));
      await harness.isFree(id);
      assert.equal((await harness.found(id)).record.data, 'saved');
    },
  },
  {
    name: 'a write under another’s lock is refused, and that lock stays',
    check: async (harness) => {
      const { id, record, version } = await harness.givenLocked();
      const guard = { version, lock: { token: harness.token(), release: true } };
      assert.equal(await harness.store.update({ id, record: { ...record, data: 'forged' }, guard }), false);
      assert.deepEqual((await harness.found(id)).record, record);
      await harness.isLocked(id);
    },
  },
  {
    name: 'a write under a lock that has been released is refused',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      assert.equal(await harness.store.unlock({ id, token }), true);
      const guard = { version, lock: { token, release: true } };
      assert.equal(await harness.store.update({ id, record: { ...record, data: 'late' }, guard }), false);
      assert.deepEqual((await harness.found(id)).record, record);
    },
  },
  {
    name: 'a write without a lock goes through beside one, and the holder’s next write with its old version is refused',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      const theirs = written(
        await harness.store.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }),
      );
      const lock = { token, release: true };
      const mine = { ...record, data: 'mine' };
      assert.equal(await harness.store.update({ id, record: mine, guard: { version, lock } }), false);
      assert.equal((await harness.found(id)).record.data, 'theirs');
      await harness.isLocked(id);
      written(await harness.store.update({ id, record: mine, guard: { version: theirs, lock } }));
      await harness.isFree(id);
    },
  },
  {
    name: 'touch disturbs no lock',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked();
      assert.equal(await harness.store.touch({ id, expiresAt: record.expiresAt + 1_000 }), true);
      await harness.isLocked(id);
      written(await harness.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    },
  },
  {
    name: 'a lease that is renewed does not end',
    check: async (harness) => {
      const { id, lease } = await harness.inTime(SHORT, async (lease) => {
        const { id, token } = await harness.givenLocked({ lease });
        assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), true);
        return { id, lease };
      });
      await harness.wait(lease + 1);
      await harness.isLocked(id);
    },
  },
  {
    name: 'a lease that is renewed ends when its new time is over',
    check: async (harness) => {
      const { id, token } = await harness.givenLocked();
      assert.equal(await harness.store.renewLock({ id, token, lease: SHORT }), true);
      await harness.wait(SHORT + 1);
      await harness.until('acquired', () => harness.tryLock(id, harness.token()));
    },
  },
  {
    name: 'only the token that has the lock renews it',
    check: async (harness) => {
      const { id } = await harness.givenLocked({ lease: SHORT });
      assert.equal(await harness.store.renewLock({ id, token: harness.token(), lease: HOUR }), false);
      await harness.wait(SHORT + 1);
      await harness.until('acquired', () => harness.tryLock(id, harness.token()));
    },
  },
  {
    name: 'a lock that has been released is not renewed',
    check: async (harness) => {
      const { id, token } = await harness.givenLocked();
      assert.equal(await harness.store.unlock({ id, token }), true);
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      await harness.isFree(id);
    },
  },
  {
    name: 'after its end a lease can be taken over, and its former holder can no longer write, renew or unlock',
    check: async (harness) => {
      const { id, record, version, token } = await harness.givenLocked({ lease: SHORT });
      await harness.wait(SHORT + 1);
      await harness.until('acquired', () => harness.tryLock(id, harness.token()));
      const stale = { ...record, data: 'stale' };
      assert.equal(
        await harness.store.update({ id, record: stale, guard: { version, lock: { token, release: true } } }),
        false,
      );
      assert.equal(await harness.store.renewLock({ id, token, lease: HOUR }), false);
      assert.equal(await harness.store.unlock({ id, token, expiresAt: record.expiresAt + 1_000 }), false);
      assert.deepEqual((await harness.found(id)).record, record);
      await harness.isLocked(id);
    },
  },
];
