import assert from 'node:assert/strict';
import type { CountableStore, SweepableStore } from '../../interfaces/store-abilities.interface.js';
import type { SessionStore } from '../../stores/session-store.js';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

/** The rules of the optional abilities. A store without the ability keeps them all. */
export const abilityRules: readonly ContractRule[] = [
  {
    name: 'count, where the store can count, leaves out tombstones and expired records',
    check: async (trial) => {
      const { store } = trial;
      if (!canCount(store)) return;
      assert.equal(await store.count(), 0);
      await trial.given();
      await trial.givenLocked();
      await trial.givenGone();
      const { id: from, record, version } = await trial.given();
      const to = trial.id();
      written(await store.rotate({ from, to, record, guard: { version }, tombstoneUntil: trial.now() + HOUR }));
      await trial.given('soon expired', SHORT);
      await trial.tryLock(trial.id(), trial.token());
      await trial.wait(SHORT + 1);
      assert.equal(await store.count(), 3);
    },
  },
  {
    name: 'sweep, where the store can sweep, removes what has expired, tombstones included, and nothing else',
    check: async (trial) => {
      const { store } = trial;
      if (!canSweep(store)) return;
      const kept = await trial.given('kept');
      const locked = await trial.givenLocked();
      const { id: gone } = await trial.givenGone();
      await trial.given('expired', SHORT);
      await trial.givenGone(SHORT);
      await trial.wait(SHORT + 1);
      assert.equal(await sweepAll(store), 2);
      assert.equal(await sweepAll(store), 0);
      assert.deepEqual((await trial.found(kept.id)).record, kept.record);
      await trial.isLocked(locked.id);
      await trial.isAbsent(gone, 'gone');
    },
  },
  {
    name: 'sweep removes at most batchSize records in one batch',
    check: async (trial) => {
      const { store } = trial;
      if (!canSweep(store)) return;
      for (let n = 0; n < 25; n += 1) await trial.given('expired', SHORT);
      await trial.wait(SHORT + 1);
      let removed = 0;
      for await (const batch of store.sweep({ batchSize: 10 })) {
        assert.ok(batch.removed <= 10, `a batch of ${batch.removed}`);
        removed += batch.removed;
      }
      assert.equal(removed, 25);
    },
  },
  {
    name: 'sweep leaves a locked session alone, expired or not, until its lock is free',
    check: async (trial) => {
      const { store } = trial;
      if (!canSweep(store)) return;
      await trial.givenLocked({ expiresIn: SHORT, lease: 3 * SHORT });
      await trial.wait(SHORT + 1);
      assert.equal(await sweepAll(store), 0);
      await trial.wait(2 * SHORT);
      assert.equal(await sweepAll(store), 1);
    },
  },
  {
    name: 'sweep never removes a session that was renewed at the last moment',
    check: async (trial) => {
      const { store } = trial;
      if (!canSweep(store)) return;
      const sessions = await Promise.all(Array.from({ length: 50 }, () => trial.given('renewed', SHORT)));
      const until = trial.now() + 2 * SHORT;
      const sweeping = (async () => {
        while (trial.now() < until) {
          await sweepAll(store);
          await trial.wait(1);
        }
      })();
      const renewed: string[] = [];
      for (const { id, record } of sessions) {
        while (trial.now() < record.expiresAt - 2) await trial.wait(1);
        const isRenewed = await store.touch({ id, expiresAt: record.expiresAt + HOUR });
        assert.ok(isRenewed || trial.now() >= record.expiresAt, 'a session was removed before it expired');
        if (isRenewed) renewed.push(id);
      }
      while (trial.now() < until) await trial.wait(1);
      await sweeping;
      for (const id of renewed) await trial.found(id);
    },
  },
  {
    name: 'sweep never removes a record that was created over an expired one meanwhile',
    check: async (trial) => {
      const { store } = trial;
      if (!canSweep(store)) return;
      const expired = await Promise.all(Array.from({ length: 20 }, () => trial.given('expired', SHORT)));
      await trial.wait(SHORT + 1);
      const sweeping = sweepAll(store);
      for (const { id } of expired) written(await store.create({ id, record: trial.record('new') }));
      await sweeping;
      for (const { id } of expired) assert.equal((await trial.found(id)).record.data, 'new');
    },
  },
];

async function sweepAll(store: SweepableStore): Promise<number> {
  let removed = 0;
  for await (const batch of store.sweep({ batchSize: 100 })) {
    assert.deepEqual(batch.errors ?? [], []);
    removed += batch.removed;
  }
  return removed;
}

function canCount(store: SessionStore): store is SessionStore & CountableStore {
  return 'count' in store && typeof store.count === 'function';
}

function canSweep(store: SessionStore): store is SessionStore & SweepableStore {
  return 'sweep' in store && typeof store.sweep === 'function';
}
