import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const map = new URL('./ancestor-defects.md', import.meta.url);
const rows = rowsOfMap(map);

describe('The table of the ancestor’s defects', () => {
  it('has a row for each of the 70', () => {
    expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
  });

  it.each(rows)('names a test that exists for defect $number', (row) => {
    expect(isTestThere(row, map)).toBe(true);
  });
});
