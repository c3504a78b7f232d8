import assert from 'node:assert/strict';
import type { SweepableStore } from '../../interfaces/store-abilities.interface.js';
import { isBatchLoadable, isCountable, isSweepable } from '../../interfaces/store-abilities.js';
import type { ContractRule } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

/** The rules of the optional abilities. A store without an ability passes the rules of that ability. */
export const abilityRules: readonly ContractRule[] = [
  {
    name: 'count, where the store can count, leaves out tombstones and expired records',
    check: async (harness) => {
      const { store } = harness;
      if (!isCountable(store)) {
        return;
      }
      assert.equal(await store.count(), 0);
      await harness.given();
      await harness.givenLocked();
      await harness.givenGone();
      const { id: from, record, version } = await harness.given();
      const to = harness.id();
      written(await store.rotate({ from, to, record, guard: { version }, tombstoneUntil: harness.now() + HOUR }));
      await harness.given('soon expired', SHORT);
      await harness.tryLock(harness.id(), harness.token());
      await harness.wait(SHORT + 1);
      assert.equal(await store.count(), 3);
    },
  },
  {
    name: 'loadMany, where the store can load many, answers for each id, in their order, what load answers',
    check: async (harness) => {
      const { store } = harness;
      if (!isBatchLoadable(store)) {
        return;
      }
      const { id: from, record, version } = await harness.given('rotated');
      const to = harness.id();
      written(await store.rotate({ from, to, record, guard: { version }, tombstoneUntil: harness.now() + HOUR }));
      const { id: expired } = await harness.given('expired', SHORT);
      const { id: locked } = await harness.givenLocked();
      const { id: living } = await harness.given('living');
      const { id: gone } = await harness.givenGone();
      await harness.wait(SHORT + 1);
      const ids = [gone, living, harness.id(), from, locked, expired, to, living];
      const one = await Promise.all(ids.map((id) => store.load({ id })));
      assert.deepEqual(await store.loadMany({ ids }), one);
      assert.deepEqual(await store.loadMany({ ids: [] }), []);
      await harness.isLocked(locked);
    },
  },
  {
    name: 'sweep, where the store can sweep, removes what has expired, tombstones included, and nothing else',
    check: async (harness) => {
      const { store } = harness;
      if (!isSweepable(store)) {
        return;
      }
      const kept = await harness.given('kept');
      const locked = await harness.givenLocked();
      const { id: gone } = await harness.givenGone();
      await harness.given('expired', SHORT);
      await harness.givenGone(SHORT);
      await harness.wait(SHORT + 1);
      assert.equal(await sweepAll(store), 2);
      assert.equal(await sweepAll(store), 0);
      assert.deepEqual((await harness.found(kept.id)).record, kept.record);
      await harness.isLocked(locked.id);
      await harness.isGone(gone, 'destroyed');
    },
  },
  {
    name: 'sweep removes at most batchSize records in one batch',
    check: async (harness) => {
      const { store } = harness;
      if (!isSweepable(store)) {
        return;
      }
      for (let n = 0; n < 25; n += 1) {
        await harness.given('expired', SHORT);
      }
      await harness.wait(SHORT + 1);
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
    check: async (harness) => {
      const { store } = harness;
      if (!isSweepable(store)) {
        return;
      }
      const lease = await harness.inTime(3 * SHORT, async (lease) => {
        const { record } = await harness.givenLocked({ expiresIn: lease / 3, lease });
        await harness.outlive(record);
        assert.equal(await sweepAll(store), 0);
        return lease;
      });
      await harness.wait(lease);
      assert.equal(await sweepAll(store), 1);
    },
  },
  {
    name: 'sweep never removes a session that was renewed at the last moment',
    check: async (harness) => {
      const { store } = harness;
      if (!isSweepable(store)) {
        return;
      }
      const sessions = await Promise.all(Array.from({ length: 50 }, () => harness.given('renewed', SHORT)));
      const until = harness.now() + 2 * SHORT;
      const sweeping = (async () => {
        while (harness.now() < until) {
          await sweepAll(store);
          await harness.wait(1);
        }
      })();
      const renewed: string[] = [];
      for (const { id, record } of sessions) {
        while (harness.now() < record.expiresAt - 2) {
          await harness.wait(1);
        }
        const isRenewed = await store.touch({ id, expiresAt: record.expiresAt + HOUR });
        assert.ok(isRenewed || harness.now() >= record.expiresAt, 'a session was removed before it expired');
        if (isRenewed) {
          renewed.push(id);
        }
      }
      while (harness.now() < until) {
        await harness.wait(1);
      }
      await sweeping;
      for (const id of renewed) {
        await harness.found(id);
      }
    },
  },
  {
    name: 'sweep never removes a record that was created over an expired one meanwhile',
    check: async (harness) => {
      const { store } = harness;
      if (!isSweepable(store)) {
        return;
      }
      const expired = await Promise.all(Array.from({ length: 20 }, () => harness.given('expired', SHORT)));
      await harness.wait(SHORT + 1);
      const sweeping = sweepAll(store);
      for (const { id } of expired) {
        written(await store.create({ id, record: harness.record('new') }));
      }
      await sweeping;
      for (const { id } of expired) {
        assert.equal((await harness.found(id)).record.data, 'new');
      }
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
