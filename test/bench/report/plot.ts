import { number } from './format.js';

/** One bar, labelled by what it is. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly isOurs: boolean;
}

/** The bars of one store, by workload. */
export interface Panel {
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly bars: readonly Bar[] }[];
}

const WIDTH = 760;
const LEFT = 160;
const RIGHT = 250;
const BAR = 13;
const ROW_GAP = 10;
const PANEL_GAP = 26;
const TITLE = 24;

// Both backgrounds that a page can have; an image follows the browser's.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .title { font-weight: 600; fill: #24292f; }
  .ours { fill: #0969da; }
  .peer { fill: #afb8c1; }
  .floor { stroke: #57606a; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #8b949e; }
    .title { fill: #e6edf3; }
    .ours { fill: #4493f8; }
    .peer { fill: #545d68; }
    .floor { stroke: #8b949e; }
  }
`;

/** An SVG of horizontal bars from zero, all on one scale; the dashed line stands at 1. */
export function plot(description: string, panels: readonly Panel[]): string {
  const most = Math.max(1, ...panels.flatMap(({ rows }) => rows.flatMap(({ bars }) => bars.map(({ value }) => value))));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const shapes: string[] = [];
  let y = 0;
  for (const { title, rows } of panels) {
    y += TITLE;
    shapes.push(text(0, y - 8, title, 'title'));
    const top = y;
    for (const row of rows) {
      shapes.push(text(0, y + BAR - 2, row.title));
      for (const { label, value, isOurs } of row.bars) {
        const width = (value * scale).toFixed(1);
        shapes.push(
          `<rect class="${isOurs ? 'ours' : 'peer'}" x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" />`,
          text(LEFT + value * scale + 6, y + BAR - 3, `${number(value, 2)} ${label}`),
        );
        y += BAR;
      }
      y += ROW_GAP;
    }
    const floor = (LEFT + scale).toFixed(1);
    shapes.push(`<line class="floor" x1="${floor}" x2="${floor}" y1="${top - 4}" y2="${y - ROW_GAP + 2}" />`);
    y += PANEL_GAP - ROW_GAP;
  }
  const height = y - PANEL_GAP + ROW_GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(description)}">`,
    `<style>${STYLE}</style>`,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}

function text(x: number, y: number, content: string, className?: string): string {
  const attribute = className === undefined ? '' : ` class="${className}"`;
  return `<text${attribute} x="${x.toFixed(1)}" y="${y}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
