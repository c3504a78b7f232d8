import assert from 'node:assert/strict';
import type { ContractRule, Trial } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

const MANY = 20;

export const raceRules: readonly ContractRule[] = [
  {
    name: 'of many creations of one id at the same time, exactly one wins, and its record is kept',
    check: async (trial) => {
      const id = trial.id();
      const winner = await onlyWinner((n) => trial.store.create({ id, record: trial.record(`data ${n}`) }));
      assert.equal((await trial.found(id)).record.data, `data ${winner}`);
    },
  },
  {
    name: 'of many updates with one version at the same time, exactly one wins, and its record is kept',
    check: async (trial) => {
      const { id, record, version } = await trial.given();
      const winner = await onlyWinner((n) =>
        trial.store.update({ id, record: { ...record, data: `data ${n}` }, guard: { version } }),
      );
      assert.equal((await trial.found(id)).record.data, `data ${winner}`);
    },
  },
  {
    name: 'of many attempts to lock at the same time, exactly one wins',
    check: async (trial) => {
      const { id } = await trial.given();
      await onlyWinner(async () => (await trial.tryLock(id, trial.token())).status === 'acquired');
    },
  },
  {
    name: 'of many attempts to take over a lease that has run out, exactly one wins',
    check: async (trial) => {
      const { id } = await trial.givenLocked({ lease: SHORT });
      await trial.wait(SHORT + 1);
      const { winners } = await trial.until('decided', async () => {
        const attempts = Array.from({ length: MANY }, () => trial.tryLock(id, trial.token()));
        const winners = (await Promise.all(attempts)).filter(({ status }) => status === 'acquired').length;
        return { winners, status: winners > 0 ? 'decided' : 'held' };
      });
      assert.equal(winners, 1, `${winners} attempts won`);
    },
  },
  {
    name: 'of many deletions at the same time, exactly one wins',
    check: async (trial) => {
      const { id } = await trial.given();
      await onlyWinner(() => trial.store.delete({ id, tombstoneUntil: trial.now() + HOUR }));
      await trial.isAbsent(id, 'gone');
    },
  },
  {
    name: 'of many rotations at the same time, exactly one wins, and the others leave nothing behind',
    check: async (trial) => {
      const { id: from, record, version } = await trial.given();
      const ids = Array.from({ length: MANY }, () => trial.id());
      const tombstoneUntil = trial.now() + HOUR;
      const winner = await onlyWinner((n) =>
        trial.store.rotate({ from, to: ids[n] ?? from, record, guard: { version }, tombstoneUntil }),
      );
      await trial.isAbsent(from, 'gone');
      for (const [n, id] of ids.entries()) {
        assert.equal((await trial.store.load({ id })).status, n === winner ? 'found' : 'missing');
      }
    },
  },
  {
    name: 'of an update and a rotation with one version at the same time, one wins, and no update is lost',
    check: async (trial) => {
      for (let round = 0; round < MANY; round += 1) {
        const { id: from, record, version } = await trial.given();
        const to = trial.id();
        const guard = { version };
        const update = { id: from, record: { ...record, data: 'new' }, guard };
        const rotation = { from, to, record, guard, tombstoneUntil: trial.now() + HOUR };
        const early = round % 2 === 0 ? trial.store.rotate(rotation) : undefined;
        const [updated, rotated] = await Promise.all([
          trial.store.update(update),
          early ?? trial.store.rotate(rotation),
        ]);
        assert.equal([updated, rotated].filter((won) => won !== false).length, 1);
        if (rotated === false) assert.equal((await trial.found(from)).record.data, 'new');
        else await trial.isAbsent(from, 'gone');
        assert.equal((await trial.store.load({ id: to })).status, rotated === false ? 'missing' : 'found');
      }
    },
  },
  {
    name: 'while an id is rotated, a reader never finds the session under both ids, nor under none',
    check: async (trial) => {
      for (let round = 0; round < MANY; round += 1) await watchOneRotation(trial);
    },
  },
  {
    name: 'updates that race a deletion do not undo it',
    check: async (trial) => {
      for (let round = 0; round < MANY; round += 1) {
        const { id, record, version } = await trial.given();
        await Promise.all([
          trial.store.update({ id, record, guard: { version } }),
          trial.store.touch({ id, expiresAt: record.expiresAt + 1_000 }),
          trial.store.delete({ id, tombstoneUntil: trial.now() + HOUR }),
          trial.store.update({ id, record, guard: { version } }),
          trial.store.touch({ id, expiresAt: record.expiresAt + 2_000 }),
        ]);
        await trial.isAbsent(id, 'gone');
      }
    },
  },
  {
    name: 'increments without a lock, each tried until its version holds, are all counted',
    check: async (trial) => {
      const { id } = await trial.given('0');
      await Promise.all(Array.from({ length: MANY }, () => increment(trial, id)));
      assert.equal((await trial.found(id)).record.data, String(MANY));
    },
  },
  {
    name: 'touches that race an update cost it nothing',
    check: async (trial) => {
      const { id, record, version } = await trial.given('old');
      const touches = Array.from({ length: MANY }, (_, n) =>
        trial.store.touch({ id, expiresAt: record.expiresAt + n }),
      );
      written(await trial.store.update({ id, record: { ...record, data: 'new' }, guard: { version } }));
      assert.ok((await Promise.all(touches)).every(Boolean));
      const { expiresAt } = record;
      assert.deepEqual((await trial.found(id)).record, { ...record, data: 'new', expiresAt: expiresAt + MANY - 1 });
    },
  },
];

/** Starts all attempts before any is answered, asserts that one won, and tells which. */
async function onlyWinner(attempt: (n: number) => Promise<string | number | boolean>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: MANY }, (_, n) => attempt(n)));
  const winners = [...answers.keys()].filter((n) => answers[n] !== false);
  assert.equal(winners.length, 1, `${winners.length} attempts won`);
  return winners[0] ?? 0;
}

async function increment(trial: Trial, id: string): Promise<void> {
  for (;;) {
    const { record, version } = await trial.found(id);
    const next = { ...record, data: String(Number(record.data) + 1) };
    if ((await trial.store.update({ id, record: next, guard: { version } })) !== false) return;
  }
}

async function watchOneRotation(trial: Trial): Promise<void> {
  const { id: from, record, version } = await trial.given();
  const to = trial.id();
  const progress = { isOver: false };
  const rotation = trial.store
    .rotate({ from, to, record, guard: { version }, tombstoneUntil: trial.now() + HOUR })
    .finally(() => (progress.isOver = true));
  const isAlive = async (id: string): Promise<boolean> => (await trial.store.load({ id })).status === 'found';
  do {
    // Whoever saw the new one may not see the old one afterwards; whoever missed the old one must see the new one.
    if (await isAlive(to)) assert.equal(await isAlive(from), false, 'two ids lead to one session');
    if (!(await isAlive(from))) assert.equal(await isAlive(to), true, 'no id leads to the session');
  } while (!progress.isOver);
  written(await rotation);
}
