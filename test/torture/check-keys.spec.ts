import { checkKey } from './check-keys.js';
import type { Fate, KeyWrite } from './history.js';

function write(value: number, before: number | undefined, fate: Fate = 'acknowledged'): KeyWrite {
  const found = before === undefined ? {} : { before };
  return { session: 's', key: 'k', value, sent: value * 10, ended: value * 10 + 5, fate, ...found };
}

const evidenceOf = (writes: readonly KeyWrite[], stored: number | undefined): string[] =>
  checkKey('s', 'k', writes, stored).map(({ kind, evidence }) => `${kind}: ${evidence}`);

describe('The check of a key that one client writes', () => {
  it('is content with the last value', () => {
    expect(evidenceOf([write(1, 0), write(2, 1), write(3, 2)], 3)).toEqual([]);
  });

  it('finds a value from before the last one in the store', () => {
    expect(evidenceOf([write(1, 0), write(2, 1)], 1)).toEqual([
      'a key undone: session s, key k: 1 is stored, after 2 was acknowledged (unknown: none)',
    ]);
  });

  it('finds a key that was taken away', () => {
    expect(evidenceOf([write(1, 0)], 0)).toEqual([expect.stringContaining('0 is stored, after 1 was acknowledged')]);
  });

  it('finds a value that was undone for a moment', () => {
    expect(evidenceOf([write(1, 0), write(2, 1), write(3, 1), write(4, 3)], 4)).toEqual([
      expect.stringContaining('1 was there when 3 was written, after 2 was acknowledged'),
    ]);
  });

  it('takes a value of which nobody knows when it arrives whenever it comes, and no value that was refused', () => {
    const writes = [write(1, 0), write(2, undefined, 'unknown'), write(3, 2)];

    expect(evidenceOf(writes, 3)).toEqual([]);
    expect(evidenceOf(writes, 2)).toEqual([]);
    expect(evidenceOf([write(1, 0), write(2, undefined, 'refused')], 2)).toHaveLength(1);
  });

  it('asks nothing at the end of a store that was made to forget', () => {
    expect(evidenceOf([write(1, 0), write(2, 1)], undefined)).toEqual([]);
  });
});
