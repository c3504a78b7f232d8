import assert from 'node:assert/strict';
import { type ContractRule, HOUR } from './harness.js';

/** Only checked if the options have `breakDown`. */
export const outageRule: ContractRule = {
  name: 'a store that cannot answer rejects: an outage is never taken for a missing session',
  check: async (harness) => {
    const { store } = harness;
    const { id, record, version, token } = await harness.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const tombstoneUntil = harness.now() + HOUR;
    await harness.breakDown();
    await assert.rejects(() => store.load({ id }), 'load did not reject');
    await assert.rejects(() => store.create({ id: harness.id(), record }), 'create did not reject');
    await assert.rejects(() => store.touch({ id, expiresAt: record.expiresAt + 1_000 }), 'touch did not reject');
    await assert.rejects(() => harness.tryLock(id, harness.token()), 'tryLock did not reject');
    await assert.rejects(() => store.renewLock({ id, token, lease: HOUR }), 'renewLock did not reject');
    await assert.rejects(() => store.update({ id, record, guard }), 'update did not reject');
    const rotation = { from: id, to: harness.id(), record, guard, tombstoneUntil };
    await assert.rejects(() => store.rotate(rotation), 'rotate did not reject');
    await assert.rejects(() => store.unlock({ id, token }), 'unlock did not reject');
    await assert.rejects(() => store.delete({ id, tombstoneUntil }), 'delete did not reject');
  },
};
