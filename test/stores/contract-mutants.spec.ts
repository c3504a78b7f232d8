import { ManualClock, type SessionStoreContractCase, sessionStoreContract } from 'nestjs-sessions/testing';
import { abilityMutants } from '../support/mutants/ability-mutants.js';
import { lifeMutants } from '../support/mutants/life-mutants.js';
import { limitMutants } from '../support/mutants/limit-mutants.js';
import { lockMutants } from '../support/mutants/lock-mutants.js';
import { OpenStore } from '../support/mutants/open-store.js';
import { recordMutants } from '../support/mutants/record-mutants.js';
import { tombstoneMutants } from '../support/mutants/tombstone-mutants.js';

/* The suite bites: each store that breaks a rule is caught, and by the cases that name the rule. */

describe('the store contract suite', () => {
  it('finds nothing wrong with a store that keeps the rules', async () => {
    expect(await failures((now) => new OpenStore(now))).toEqual([]);
  });

  it('has a name of its own for each case', () => {
    const names = contractOf((now) => new OpenStore(now)).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([...recordMutants, ...tombstoneMutants, ...lockMutants, ...lifeMutants, ...limitMutants, ...abilityMutants])(
    'catches $name',
    async ({ create, caughtBy }) => {
      expect(await failures(create)).toEqual(expect.arrayContaining([...caughtBy]));
    },
  );
});

function contractOf(create: (now: () => number) => OpenStore): readonly SessionStoreContractCase[] {
  const clock = new ManualClock();
  return sessionStoreContract({
    create: () => create(() => clock.now()),
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
    breakDown: (store) => {
      store.isDown = true;
    },
  });
}

async function failures(create: (now: () => number) => OpenStore): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of contractOf(create)) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}
