import { isTestThere, rowsOfMap } from './support/documents/test-map.js';

const map = new URL('./security-requirements.md', import.meta.url);
const rows = rowsOfMap(map);

describe('The table of security requirements', () => {
  it('has all 35, in their order', () => {
    const numbers = new Set(rows.map(({ number }) => number));

    expect([...numbers]).toEqual(Array.from({ length: 35 }, (_, index) => `S${index + 1}`));
  });

  it.each(rows)('names a test or a text that exists for $number: $name', (row) => {
    expect(isTestThere(row, map)).toBe(true);
  });
});
