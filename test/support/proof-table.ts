import { existsSync, readFileSync } from 'node:fs';

export interface ProofRow {
  /** As in the first column. */
  readonly number: string;
  /** Where the proof stands. */
  readonly file: URL;
  /** The name of the test, or the words, that prove it. */
  readonly name: string;
}

/** The rows of a table in Markdown that ends with a link to a file and the name of what is to be found there. */
export function proofRows(table: URL): ProofRow[] {
  return readFileSync(table, 'utf8')
    .split('\n')
    .filter((line) => /^\| +S?\d/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const [number = ''] = cells.slice(1);
      const [link = '', name = ''] = cells.slice(-3);
      return { number, file: new URL(/\]\((.*)\)/.exec(link)?.[1] ?? '', table), name };
    });
}

/** Else the table promises what is not there. */
export function expectProof({ file, name }: ProofRow): void {
  expect(existsSync(file)).toBe(true);
  expect(name).not.toBe('');
  expect(readFileSync(file, 'utf8')).toContain(name);
}
