import assert from 'node:assert/strict';
import { type ContractRule, HOUR } from './harness.js';

/** Tried only where the options have `breakDown`. */
export const outageRule: ContractRule = {
  name: 'a store that cannot answer rejects: an outage is never taken for a missing session',
  check: async (trial) => {
    const { store } = trial;
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const tombstoneUntil = trial.now() + HOUR;
    await trial.breakDown();
    await assert.rejects(() => store.load({ id }), 'load did not reject');
    await assert.rejects(() => store.create({ id: trial.id(), record }), 'create did not reject');
    await assert.rejects(() => store.touch({ id, expiresAt: record.expiresAt + 1_000 }), 'touch did not reject');
    await assert.rejects(() => trial.tryLock(id, trial.token()), 'tryLock did not reject');
    await assert.rejects(() => store.renewLock({ id, token, lease: HOUR }), 'renewLock did not reject');
    await assert.rejects(() => store.update({ id, record, guard }), 'update did not reject');
    const rotation = { from: id, to: trial.id(), record, guard, tombstoneUntil };
    await assert.rejects(() => store.rotate(rotation), 'rotate did not reject');
    await assert.rejects(() => store.unlock({ id, token }), 'unlock did not reject');
    await assert.rejects(() => store.delete({ id, tombstoneUntil }), 'delete did not reject');
  },
};
