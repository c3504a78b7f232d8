import { checkCounts } from './check-counts.js';
import type { Count, Fate } from './history.js';

/** One count after the other, or at the same time where `start` says so. */
function count(
  value: number | undefined,
  fate: Fate = 'acknowledged',
  sent = 10 * (value ?? 0),
  ended = sent + 5,
): Count {
  return { session: 's', sent, ended, fate, ...(value === undefined ? {} : { value }) };
}

const kindsOf = (counts: readonly Count[], stored: number | undefined): string[] =>
  checkCounts('s', counts, stored).map(({ kind }) => kind);

describe('The check of counts', () => {
  it('is content when all that was acknowledged is there', () => {
    expect(kindsOf([count(1), count(2), count(3)], 3)).toEqual([]);
  });

  it('leaves open whether an unknown count was carried out, and expects none of one that was refused', () => {
    const counts = [count(1), count(undefined, 'unknown'), count(undefined, 'refused'), count(3)];

    expect(kindsOf(counts, 3)).toEqual([]);
    expect(kindsOf([count(1), count(undefined, 'unknown')], 1)).toEqual([]);
    expect(kindsOf([count(1), count(undefined, 'refused')], 2)).toEqual(['a count too many']);
  });

  it('finds an acknowledged count that is not there', () => {
    expect(kindsOf([count(1), count(2), count(3)], 2)).toEqual(['a lost count']);
  });

  it('finds a store that went back behind the highest answer', () => {
    const unknown = Array.from({ length: 5 }, () => count(undefined, 'unknown'));

    expect(kindsOf([count(1), count(4), ...unknown], 3)).toEqual(['a lost count']);
  });

  it('finds a store with fewer than were acknowledged, also when none was given a higher value', () => {
    const counts = [count(1), count(2, 'acknowledged', 20, 29), count(2, 'acknowledged', 25, 28)];

    expect(kindsOf(counts, 2)).toEqual(['a lost count', 'a count given twice']);
  });

  it('finds a count that was made twice', () => {
    expect(kindsOf([count(1), count(2)], 3)).toEqual(['a count too many']);
  });

  it('finds a value that was given to two', () => {
    const counts = [count(1), count(2, 'acknowledged', 20, 29), count(2, 'acknowledged', 25, 28)];

    expect(kindsOf(counts, 3)).toEqual(['a count given twice']);
  });

  it('finds a value smaller than one that was over before', () => {
    expect(kindsOf([count(1), count(3, 'acknowledged', 20, 25), count(2, 'acknowledged', 26, 30)], 3)).toEqual([
      'a count out of order',
    ]);
  });

  it('has nothing against an order that nobody saw, at the same time', () => {
    expect(kindsOf([count(1), count(3, 'acknowledged', 20, 28), count(2, 'acknowledged', 21, 29)], 3)).toEqual([]);
  });

  it('asks nothing of a store that was made to forget, but that nothing was given twice before that', () => {
    expect(kindsOf([count(1), count(2)], undefined)).toEqual([]);
    expect(kindsOf([count(1), count(1)], undefined)).toEqual(['a count given twice']);
  });
});
