import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const map = new URL('./store-defects.md', import.meta.url);

describe('The table of defects that a store once had', () => {
  it.each(rowsOfMap(map))('names a test that exists for $number: $cells.defect', (row) => {
    expect(row.cells['store']).not.toBe('');
    expect(row.cells['breaks when']).not.toBe('');
    expect(isTestThere(row, map)).toBe(true);
  });
});
