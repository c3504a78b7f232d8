import { expectProof, proofRows } from './support/proof-table.js';

const rows = proofRows(new URL('./security-requirements.md', import.meta.url));

describe('The table of security requirements', () => {
  it('has all 35, in their order', () => {
    const numbers = new Set(rows.map(({ number }) => number));

    expect([...numbers]).toEqual(Array.from({ length: 35 }, (_, index) => `S${index + 1}`));
  });

  it.each(rows)('names a proof that exists for $number: $name', expectProof);
});
