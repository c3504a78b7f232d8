import type { Spread } from './results.js';

/** The median, and behind it what the rounds lay between where they differ in what is shown. */
export function spread(figure: Spread | undefined, digits: number, unit = ''): string {
  if (figure === undefined) return '';
  const shown = number(figure.median, digits) + unit;
  const [least, most] = [number(figure.least, digits), number(figure.most, digits)];
  return least === most ? shown : `${shown} (${least} to ${most})`;
}

export function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A table of Markdown, the first column to the left and figures to the right, laid out as Prettier does it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
