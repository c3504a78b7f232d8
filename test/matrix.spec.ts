import { readdirSync, readFileSync } from 'node:fs';
import { codeSpans, linksOf } from './support/documents/markdown.js';
import { rowsOfMap } from './support/documents/test-map.js';

const map = new URL('./matrix.md', import.meta.url);
const rows = rowsOfMap(map).map(({ test, cells }) => ({
  file: linksOf(test)[0]?.replace('../test/e2e/', '') ?? '',
  stores: codeSpans(cells['stores'] ?? ''),
  part: cells['part of the store'] ?? '',
}));

const folder = new URL('./e2e/', import.meta.url);
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.e2e-spec.ts'),
);
const CHOICE = /\b\w+StoreKinds?\b|\bstoreKinds\b|\bnetworkedKinds\b|\bthroughPg\b|\bthroughTypeorm\b|\bonMemcached\b/g;

/** The sets of stores that a test asks for. */
function storesOf(file: string): string[] {
  return [...new Set(readFileSync(new URL(file, folder), 'utf8').match(CHOICE))].sort();
}

describe('The table of stores', () => {
  it('has each test that asks for stores, once, and no other', () => {
    const asking = tests.filter((file) => storesOf(file).length > 0);

    expect(rows.map(({ file }) => file).sort()).toEqual(asking.sort());
  });

  it.each(rows)('says what $file asks for, and what a store has to do with it', ({ file, stores, part }) => {
    expect(stores.toSorted()).toEqual(storesOf(file));
    expect(part).not.toBe('');
  });
});
