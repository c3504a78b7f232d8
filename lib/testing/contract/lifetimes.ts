import assert from 'node:assert/strict';
import type { SessionRecord } from '../../interfaces/session-record.interface.js';
import type { ContractHarness, ContractRule } from './harness.js';
import { HOUR, written } from './harness.js';

const DAY = 24 * HOUR;

/** Backends count time in their own ways: above 30 days memcached takes a lifetime for a date, and Redis takes whole numbers alone. */
export const lifetimeRules: readonly ContractRule[] = [
  {
    name: 'a session of more than 30 days lives like any other',
    check: async (harness) => {
      for (const days of [31, 60, 400]) {
        await liveThrough(harness, harness.record('long', days * DAY), HOUR, HOUR);
      }
    },
  },
  {
    name: 'a tombstone and a lease may last for more than 30 days',
    check: async (harness) => {
      await liveThrough(harness, harness.record('short', HOUR), 31 * DAY, 31 * DAY);
    },
  },
  {
    name: 'fractions of a millisecond are no obstacle',
    check: async (harness) => {
      const now = harness.now();
      const record = { data: 'fractional', createdAt: now - 0.25, expiresAt: now + HOUR / 7 };
      await liveThrough(harness, record, HOUR / 7, HOUR / 7);
    },
  },
];

/** Created, locked, changed, touched, rotated and destroyed; and after each step it is there. */
async function liveThrough(
  harness: ContractHarness,
  record: SessionRecord,
  lease: number,
  tombstoneLife: number,
): Promise<void> {
  const { store } = harness;
  const [from, to] = [harness.id(), harness.id()];
  const { expiresAt } = record;
  written(await store.create({ id: from, record }));
  assert.equal((await harness.found(from)).record.data, record.data);
  const { token, version } = await harness.lock(from, lease);
  assert.equal(await store.renewLock({ id: from, token, lease }), true);
  const update = {
    id: from,
    record: { ...record, data: 'changed' },
    guard: { version, lock: { token, release: true } },
  };
  const changed = written(await store.update(update));
  assert.equal(await store.touch({ id: from, expiresAt: expiresAt + 1_000.5 }), true);
  assert.equal((await harness.found(from)).record.data, 'changed');
  const tombstoneUntil = harness.now() + tombstoneLife;
  const rotation = { from, to, record: update.record, guard: { version: changed }, tombstoneUntil };
  written(await store.rotate(rotation));
  await harness.isGone(from, 'rotated');
  assert.ok((await harness.found(to)).record.expiresAt >= Math.floor(expiresAt + 1_000));
  const { token: last } = await harness.lock(to, lease);
  assert.equal(await store.unlock({ id: to, token: last, expiresAt: expiresAt + 2_000.5 }), true);
  assert.equal(await store.delete({ id: to, tombstoneUntil }), true);
  await harness.isGone(to, 'destroyed');
}
