import { type Lane, stepDisk } from '../support/stores/stepped-disk.js';
import { FileTrial, sweep } from '../support/stores/file-trial.js';
import { type Operation, OPERATIONS, type Situation, SITUATIONS } from '../support/models/store-model.js';
import { assertOneOf, oneAfterAnother, type Outcome } from '../support/models/linearizability.js';
import { often } from '../support/models/long-form.js';
import { seededRandom } from '../support/models/seeded-random.js';

/*
 * Whatever the order of their system calls, operations that run at the same time end as if they had run one after the other:
 * their answers, and what is stored afterwards, are those of the memory store, where each is one step, in one of the orders.
 */

stepDisk();

const SWEEP: Operation = { name: 'sweep', run: sweep };
const ALL: readonly Operation[] = [...OPERATIONS, SWEEP];

/** Of those that make the same calls in the same order, one. */
const ONE_OF_A_KIND = [
  'load',
  'create',
  'create the other',
  'update',
  'touch',
  'delete',
  'rotate',
  'tryLock',
  'unlock',
  'sweep',
];
const QUICK = ALL.filter(({ name }) => ONE_OF_A_KIND.includes(name));

describe.each(SITUATIONS)('FileStore, a session that is %s', (situation) => {
  it.each(ALL)('$name is one step for whatever runs while it stands before any of its system calls', async (slow) => {
    for (const quick of QUICK) {
      const allowed = await oneAfterAnother(situation, [slow, quick]);
      for (let stop = 0, isOver = false; !isOver; stop += 1) {
        const trial = await FileTrial.begin(situation);
        const lane = trial.start(slow);
        for (let call = 0; call < stop; call += 1) await lane.step();
        isOver = lane.isFinished;
        const answer = await trial.run(quick);
        const outcome = { answers: [await lane.finish(), answer], end: await trial.end() };
        assertOneOf(outcome, allowed, `${quick.name}, while it stands after ${lane.calls.slice(0, stop).join(', ')}`);
      }
    }
  });

  it.each(ALL)(
    '$name leaves the session as it was or as it will be, wherever its process is killed',
    async (operation) => {
      const undone = await oneAfterAnother(situation, []);
      const done = await oneAfterAnother(situation, [operation]);
      const allowed = [...undone, ...done].map(({ end }) => ({ answers: [], end }));
      for (let stop = 0, isOver = false; !isOver; stop += 1) {
        const trial = await FileTrial.begin(situation);
        const lane = trial.start(operation);
        for (let call = 0; call < stop; call += 1) await lane.step();
        isOver = lane.isFinished;
        const story = `killed after ${lane.calls.slice(0, stop).join(', ')}`;
        assertOneOf({ answers: [], end: await trial.endAfterCrash() }, allowed, story);
      }
    },
  );
});

const SEEDS = often(100);

describe('FileStore, three operations on one session, their system calls in random order', () => {
  it.each(SITUATIONS)('end as if they had run one after the other, on a session that is %s', async (situation) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) await tryRandomOrder(situation, seed);
  });
});

async function tryRandomOrder(situation: Situation, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const operations = [pick(ALL), pick(ALL), pick(ALL)];
  const trial = await FileTrial.begin(situation);
  const lanes = operations.map((operation) => trial.start(operation));
  const order: number[] = [];
  const isRunning = (lane: Lane): boolean => !lane.isFinished;
  while (lanes.some(isRunning)) {
    const lane = pick(lanes.filter(isRunning));
    // A lane that is told to go on makes a few calls in a row: pauses are longer than calls.
    for (let calls = Math.ceil(random() * 4); calls > 0; calls -= 1) await lane.step();
    order.push(lanes.indexOf(lane));
  }
  const outcome: Outcome = { answers: await Promise.all(lanes.map(({ result }) => result)), end: await trial.end() };
  const names = operations.map(({ name }) => name).join(' | ');
  assertOneOf(outcome, await oneAfterAnother(situation, operations), `seed ${seed}: ${names}, ${order.join('')}`);
}
