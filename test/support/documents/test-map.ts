import { existsSync, readFileSync } from 'node:fs';
import { cellsOf } from './markdown.js';

/** A row of a table that says which test shows something. */
export interface MapRow {
  readonly number: string;
  /** The link to the file of the test. */
  readonly test: string;
  /** Of the test. */
  readonly name: string;
  /** All cells, under the heads of their columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** The rows of the first table of a Markdown file. */
export function rowsOfMap(file: URL): MapRow[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const [heads = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  return rows.map((row) => {
    const cells = Object.fromEntries(heads.map((head, n) => [head, row[n] ?? '']));
    return { number: cells['#'] ?? '', test: cells['test'] ?? '', name: cells['name'] ?? '', cells };
  });
}

/** Whether the file that the row links to is there and has the test that it names. */
export function isTestThere({ test, name }: MapRow, map: URL): boolean {
  const file = new URL(/\]\((.*)\)/.exec(test)?.[1] ?? 'none', map);
  return name !== '' && existsSync(file) && readFileSync(file, 'utf8').includes(name);
}
