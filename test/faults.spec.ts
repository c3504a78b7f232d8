import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const STORES = ['memory', 'file', 'PostgreSQL', 'memcached'];
const FAULTS = Array.from({ length: 31 }, (_, index) => `F${index + 1}`);

const map = new URL('./faults.md', import.meta.url);
const rows = rowsOfMap(map).map((row) => ({ ...row, stores: row.cells['stores']?.split(', ') ?? [] }));
const promised = rows.filter(({ test }) => test !== 'none');
const excluded = rows.filter(({ test }) => test === 'none');

describe('The table of faults', () => {
  it('knows no other faults and stores', () => {
    expect([...new Set(rows.map(({ number }) => number))]).toEqual(FAULTS);
    expect([...new Set(rows.flatMap(({ stores }) => stores))].sort()).toEqual([...STORES].sort());
  });

  it.each(FAULTS.flatMap((fault) => STORES.map((store) => [fault, store] as const)))(
    'has either a test or a reason for %s on %s',
    (fault, store) => {
      const isCell = (row: (typeof rows)[number]): boolean => row.number === fault && row.stores.includes(store);
      expect([promised.some(isCell), excluded.some(isCell)].filter(Boolean)).toHaveLength(1);
    },
  );

  it.each(promised)('names a test that exists for $number: $name', (row) => {
    expect(isTestThere(row, map)).toBe(true);
  });

  it.each(excluded)('gives a reason for $number', ({ name }) => {
    expect(name).not.toBe('');
  });
});
