import { attackPlan, type AttackKind, type PlannedAttack } from './attack-plan.js';

const KINDS: readonly AttackKind[] = ['kill', 'sleep', 'cut after bytes', 'black hole', 'terminate backends'];

function firstOf(seed: number, kinds = KINDS): PlannedAttack[] {
  const plan = attackPlan(seed, 4, 1_000, kinds);
  return Array.from({ length: 200 }, () => plan.next().value as PlannedAttack);
}

describe('The plan of attacks', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(firstOf(7)).toEqual(firstOf(7));
    expect(firstOf(7)).not.toEqual(firstOf(8));
  });

  it('has all of its kinds in it, and every process', () => {
    const attacks = firstOf(7).map(({ attack }) => attack);

    expect(new Set(attacks.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(attacks.flatMap((attack) => ('process' in attack ? [attack.process] : [])))).toEqual(
      new Set([0, 1, 2, 3]),
    );
  });

  it('lets processes sleep for longer than their lease, and for less', () => {
    const attacks = firstOf(7, ['sleep']).map(({ attack }) => attack);
    const lengths = attacks.map((attack) => ('milliseconds' in attack ? attack.milliseconds : 0));

    expect(Math.min(...lengths)).toBeLessThan(1_000);
    expect(Math.max(...lengths)).toBeGreaterThan(1_500);
  });

  it('is empty where nothing can be attacked', () => {
    expect([...attackPlan(7, 1, 1_000, [])]).toEqual([]);
  });
});
