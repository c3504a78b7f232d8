import assert from 'node:assert/strict';
import type { ContractRule, ContractHarness } from './harness.js';
import { HOUR, SHORT, written } from './harness.js';

const MANY = 20;

export const raceRules: readonly ContractRule[] = [
  {
    name: 'of many creations of one id at the same time, exactly one wins, and its record is kept',
    check: async (harness) => {
      const id = harness.id();
      const winner = await onlyWinner((n) => harness.store.create({ id, record: harness.record(`data ${n}`) }));
      assert.equal((await harness.found(id)).record.data, `data ${winner}`);
    },
  },
  {
    name: 'of many updates with one version at the same time, exactly one wins, and its record is kept',
    check: async (harness) => {
      const { id, record, version } = await harness.given();
      const winner = await onlyWinner((n) =>
        harness.store.update({ id, record: { ...record, data: `data ${n}` }, guard: { version } }),
      );
      assert.equal((await harness.found(id)).record.data, `data ${winner}`);
    },
  },
  {
    name: 'of many attempts to lock at the same time, exactly one wins',
    check: async (harness) => {
      const { id } = await harness.given();
      await onlyWinner(async () => (await harness.tryLock(id, harness.token())).status === 'acquired');
    },
  },
  {
    name: 'of many attempts to take over a lease that has ended, exactly one wins',
    check: async (harness) => {
      const { id } = await harness.givenLocked({ lease: SHORT });
      await harness.wait(SHORT + 1);
      const { winners } = await harness.until('decided', async () => {
        const attempts = Array.from({ length: MANY }, () => harness.tryLock(id, harness.token()));
        const winners = (await Promise.all(attempts)).filter(({ status }) => status === 'acquired').length;
        return { winners, status: winners > 0 ? 'decided' : 'held' };
      });
      assert.equal(winners, 1, `${winners} attempts won`);
    },
  },
  {
    name: 'of many deletions at the same time, exactly one wins',
    check: async (harness) => {
      const { id } = await harness.given();
      await onlyWinner(() => harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }));
      await harness.isGone(id, 'destroyed');
    },
  },
  {
    name: 'of many rotations at the same time, exactly one wins, and the others leave nothing behind',
    check: async (harness) => {
      const { id: from, record, version } = await harness.given();
      const ids = Array.from({ length: MANY }, () => harness.id());
      const tombstoneUntil = harness.now() + HOUR;
      const winner = await onlyWinner((n) =>
        harness.store.rotate({ from, to: ids[n] ?? from, record, guard: { version }, tombstoneUntil }),
      );
      await harness.isGone(from, 'rotated');
      for (const [n, id] of ids.entries()) {
        assert.equal((await harness.store.load({ id })).status, n === winner ? 'found' : 'missing');
      }
    },
  },
  {
    name: 'of an update and a rotation with one version at the same time, one wins, and no update is lost',
    check: async (harness) => {
      for (let round = 0; round < MANY; round += 1) {
        const { id: from, record, version } = await harness.given();
        const to = harness.id();
        const guard = { version };
        const update = { id: from, record: { ...record, data: 'new' }, guard };
        const rotation = { from, to, record, guard, tombstoneUntil: harness.now() + HOUR };
        const early = round % 2 === 0 ? harness.store.rotate(rotation) : undefined;
        const [updated, rotated] = await Promise.all([
          harness.store.update(update),
          early ?? harness.store.rotate(rotation),
        ]);
        assert.equal([updated, rotated].filter((won) => won !== false).length, 1);
        if (rotated === false) {
          assert.equal((await harness.found(from)).record.data, 'new');
        } else {
          await harness.isGone(from, 'rotated');
        }
        assert.equal((await harness.store.load({ id: to })).status, rotated === false ? 'missing' : 'found');
      }
    },
  },
  {
    name: 'while an id is rotated, a reader never finds the session under both ids, nor under none',
    check: async (harness) => {
      for (let round = 0; round < MANY; round += 1) {
        await watchOneRotation(harness);
      }
    },
  },
  {
    name: 'updates that race a deletion do not undo it',
    check: async (harness) => {
      for (let round = 0; round < MANY; round += 1) {
        const { id, record, version } = await harness.given();
        await Promise.all([
          harness.store.update({ id, record, guard: { version } }),
          harness.store.touch({ id, expiresAt: record.expiresAt + 1_000 }),
          harness.store.delete({ id, tombstoneUntil: harness.now() + HOUR }),
          harness.store.update({ id, record, guard: { version } }),
          harness.store.touch({ id, expiresAt: record.expiresAt + 2_000 }),
        ]);
        await harness.isGone(id, 'destroyed');
      }
    },
  },
  {
    name: 'increments without a lock, each tried until its version holds, are all counted',
    check: async (harness) => {
      const { id } = await harness.given('0');
      await Promise.all(Array.from({ length: MANY }, () => increment(harness, id)));
      assert.equal((await harness.found(id)).record.data, String(MANY));
    },
  },
  {
    name: 'touches that race an update cost it nothing',
    check: async (harness) => {
      const { id, record, version } = await harness.given('old');
      const touches = Array.from({ length: MANY }, (_, n) =>
        harness.store.touch({ id, expiresAt: record.expiresAt + n }),
      );
      written(await harness.store.update({ id, record: { ...record, data: 'new' }, guard: { version } }));
      assert.ok((await Promise.all(touches)).every(Boolean));
      const { expiresAt } = record;
      assert.deepEqual((await harness.found(id)).record, { ...record, data: 'new', expiresAt: expiresAt + MANY - 1 });
    },
  },
];

/** Starts all attempts before any is answered, asserts that exactly one won, and returns its number. */
async function onlyWinner(attempt: (n: number) => Promise<string | number | boolean>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: MANY }, (_, n) => attempt(n)));
  const winners = [...answers.keys()].filter((n) => answers[n] !== false);
  assert.equal(winners.length, 1, `${winners.length} attempts won`);
  return winners[0] ?? 0;
}

async function increment(harness: ContractHarness, id: string): Promise<void> {
  for (;;) {
    const { record, version } = await harness.found(id);
    const next = { ...record, data: String(Number(record.data) + 1) };
    if ((await harness.store.update({ id, record: next, guard: { version } })) !== false) {
      return;
    }
  }
}

async function watchOneRotation(harness: ContractHarness): Promise<void> {
  const { id: from, record, version } = await harness.given();
  const to = harness.id();
  const progress = { isOver: false };
  const rotation = harness.store
    .rotate({ from, to, record, guard: { version }, tombstoneUntil: harness.now() + HOUR })
    .finally(() => (progress.isOver = true));
  const isAlive = async (id: string): Promise<boolean> => (await harness.store.load({ id })).status === 'found';
  do {
    // After the new id was found, the old one must not be; after the old one was not found, the new one must be.
    if (await isAlive(to)) {
      assert.equal(await isAlive(from), false, 'two ids lead to one session');
    }
    if (!(await isAlive(from))) {
      assert.equal(await isAlive(to), true, 'no id leads to the session');
    }
  } while (!progress.isOver);
  written(await rotation);
}
