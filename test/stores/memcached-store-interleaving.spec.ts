import { assertOneOf, oneAfterAnother } from '../support/models/linearizability.js';
import { often } from '../support/models/long-form.js';
import { MemcachedTrial } from '../support/stores/memcached-trial.js';
import { seededRandom } from '../support/models/seeded-random.js';
import type { Lane } from '../support/stores/stepped-disk.js';
import { type Operation, OPERATIONS, type Situation, SITUATIONS } from '../support/models/store-model.js';

/*
 * Whatever the order of their commands, operations that run at the same time end as if they had run one after the other: their
 * answers, and what is stored afterwards, are those of the memory store, where each is one step, in one of the orders.
 */

describe.each(SITUATIONS)('MemcachedStore, a session that is %s', (situation) => {
  it.each(OPERATIONS)('$name is one step for whatever runs between any of its commands', async (slow) => {
    for (const quick of OPERATIONS) {
      const allowed = await oneAfterAnother(situation, [slow, quick]);
      for (let stop = 0, isOver = false; !isOver; stop += 1) {
        const trial = await MemcachedTrial.begin(situation);
        const lane = trial.start(slow);
        for (let call = 0; call < stop; call += 1) await lane.step();
        isOver = lane.isFinished;
        const answer = await trial.run(quick);
        const outcome = { answers: [await lane.finish(), answer], end: await trial.end() };
        assertOneOf(outcome, allowed, `${quick.name}, while it stands after ${lane.calls.slice(0, stop).join(', ')}`);
      }
    }
  });

  it.each(OPERATIONS)('$name leaves the session as it was or as it will be, wherever its process dies', async (op) => {
    const undone = await oneAfterAnother(situation, []);
    const done = await oneAfterAnother(situation, [op]);
    const allowed = [...undone, ...done].map(({ end }) => ({ answers: [], end }));
    for (let stop = 0, isOver = false; !isOver; stop += 1) {
      const trial = await MemcachedTrial.begin(situation);
      const lane = trial.start(op);
      for (let call = 0; call < stop; call += 1) await lane.step();
      isOver = lane.isFinished;
      const story = `died after ${lane.calls.slice(0, stop).join(', ')}`;
      assertOneOf({ answers: [], end: await trial.endAfterCrash() }, allowed, story);
    }
  });
});

const SEEDS = often(300);

describe('MemcachedStore, three operations on one session, their commands in random order', () => {
  it.each(SITUATIONS)('end as if they had run one after the other, on a session that is %s', async (situation) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) await tryRandomOrder(situation, seed);
  });
});

async function tryRandomOrder(situation: Situation, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const operations = [pick(OPERATIONS), pick(OPERATIONS), pick(OPERATIONS)];
  // A creation is refused by a claim to its id, also when that comes to nothing in the end: another id is taken then.
  if (names(operations).includes('create the other') && names(operations).includes('rotate')) return;
  const trial = await MemcachedTrial.begin(situation);
  const lanes = operations.map((operation) => trial.start(operation));
  const order: number[] = [];
  const isRunning = (lane: Lane): boolean => !lane.isFinished;
  while (lanes.some(isRunning)) {
    const lane = pick(lanes.filter(isRunning));
    await lane.step();
    order.push(lanes.indexOf(lane));
  }
  const outcome = { answers: await Promise.all(lanes.map(({ result }) => result)), end: await trial.end() };
  const story = `seed ${seed}: ${names(operations)}, ${order.join('')}`;
  assertOneOf(outcome, await oneAfterAnother(situation, operations), story);
}

function names(operations: readonly Operation[]): string {
  return operations.map(({ name }) => name).join(' | ');
}
