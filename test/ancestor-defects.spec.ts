import { existsSync, readFileSync } from 'node:fs';

const table = readFileSync(new URL('./ancestor-defects.md', import.meta.url), 'utf8');
const rows = table
  .split('\n')
  .filter((line) => /^\| +\d/.test(line))
  .map((line) => {
    const [, number = '', , link = '', name = ''] = line.split('|').map((cell) => cell.trim());
    return { number: Number(number), path: /\]\((.*)\)/.exec(link)?.[1] ?? '', name };
  });

describe('The table of the ancestor’s defects', () => {
  it('has a row for each of the 70', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
  });

  it.each(rows)('names a test that exists for defect $number', ({ path, name }) => {
    const file = new URL(path, import.meta.url);

    expect(existsSync(file)).toBe(true);
    expect(name).not.toBe('');
    expect(readFileSync(file, 'utf8')).toContain(name);
  });
});
