/** A row of a table, as its cells; code spans keep their backquotes. */
export type Row = readonly string[];

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The texts of the fenced blocks in this language. */
export function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(FENCE)].filter((match) => match[1] === language).map((match) => match[2] ?? '');
}

/** Where the links lead, those of images and in code aside. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** As GitHub makes them of headings. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.replaceAll(FENCE, '').matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of the first table under the heading, without its head. */
export function tableUnder(markdown: string, heading: string): Row[] {
  const section = markdown.split(/^## /m).find((text) => text.replace(/^# /, '').startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('| '));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map(cellsOf);
}

/** What stands in backquotes in the cell. */
export function codeSpans(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** The cells of a line of a table. */
export function cellsOf(line: string): Row {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
