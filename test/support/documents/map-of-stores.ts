import { isTestThere, rowsOfMap } from './test-map.js';

interface MapOfStores {
  readonly file: URL;
  /** What the rows are about, in the plural. */
  readonly things: string;
  readonly numbers: readonly string[];
  readonly stores: readonly string[];
}

/** Tests that a table answers for each of its numbers on each store, by a test that exists or by a reason. */
export function testMapOfStores({ file, things, numbers, stores }: MapOfStores): void {
  const rows = rowsOfMap(file).map((row) => ({ ...row, stores: row.cells['stores']?.split(', ') ?? [] }));
  const tested = rows.filter(({ test }) => test !== 'none');
  const excluded = rows.filter(({ test }) => test === 'none');

  it(`knows no other ${things} and stores`, () => {
    expect([...new Set(rows.map(({ number }) => number))]).toEqual(numbers);
    expect([...new Set(rows.flatMap((row) => row.stores))].sort()).toEqual([...stores].sort());
  });

  it.each(numbers.flatMap((number) => stores.map((store) => [number, store] as const)))(
    'has either a test or a reason for %s on %s',
    (number, store) => {
      const isCell = (row: (typeof rows)[number]): boolean => row.number === number && row.stores.includes(store);
      expect([tested.some(isCell), excluded.some(isCell)].filter(Boolean)).toHaveLength(1);
    },
  );

  it.each(tested)('names a test that exists for $number: $name', (row) => {
    expect(isTestThere(row, file)).toBe(true);
  });

  it.each(excluded)('gives a reason for $number', ({ name }) => {
    expect(name).not.toBe('');
  });
}
