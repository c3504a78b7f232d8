import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const STORES = ['PostgreSQL', 'memory', 'file', 'memcached', 'cache-manager'];
const RULES = Array.from({ length: 11 }, (_, index) => `R${index + 1}`);

const map = new URL('./store-rules.md', import.meta.url);
const rows = rowsOfMap(map).map((row) => ({ ...row, stores: row.cells['stores']?.split(', ') ?? [] }));
const tested = rows.filter(({ test }) => test !== 'none');
const excluded = rows.filter(({ test }) => test === 'none');

describe('The table of the rules of stores', () => {
  it('knows no other rules and stores', () => {
    expect([...new Set(rows.map(({ number }) => number))]).toEqual(RULES);
    expect([...new Set(rows.flatMap(({ stores }) => stores))].sort()).toEqual([...STORES].sort());
  });

  it.each(RULES.flatMap((rule) => STORES.map((store) => [rule, store] as const)))(
    'has either a test or a reason for %s on %s',
    (rule, store) => {
      const isCell = (row: (typeof rows)[number]): boolean => row.number === rule && row.stores.includes(store);
      expect([tested.some(isCell), excluded.some(isCell)].filter(Boolean)).toHaveLength(1);
    },
  );

  it.each(tested)('names a test that exists for $number: $name', (row) => {
    expect(isTestThere(row, map)).toBe(true);
  });

  it.each(excluded)('gives a reason for $number', ({ name }) => {
    expect(name).not.toBe('');
  });
});
