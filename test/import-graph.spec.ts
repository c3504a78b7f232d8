import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importGraphOf } from './support/documents/import-graph.js';
import { codeSpans, tableUnder } from './support/documents/markdown.js';

/*
 * `NESTJS_SESSIONS_FIGURES=1 npm test -- test/import-graph` prints the table of docs/compatibility.md.
 */

const root = fileURLToPath(new URL('../', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};
const measured = Object.entries(exports).flatMap(([subpath, target]) =>
  typeof target === 'string'
    ? []
    : [{ name: `nestjs-sessions${subpath.slice(1)}`, graph: importGraphOf(target.default) }],
);
const documented = tableUnder(readFileSync(`${root}docs/compatibility.md`, 'utf8'), 'What is loaded');

function deviation(found: number, told: number): number {
  return Math.abs(found - told) / Math.max(1, told);
}

if (process.env['NESTJS_SESSIONS_FIGURES'] !== undefined) {
  console.log(
    measured
      .map(({ name, graph: { files, kilobytes, packages } }) =>
        ['', `\`${name}\``, files, `${kilobytes} kB`, packages.map((one) => `\`${one}\``).join(', '), '']
          .join(' | ')
          .trim(),
      )
      .join('\n'),
  );
}

describe('What is loaded', () => {
  it('is told of every entry', () => {
    expect(documented.map(([name = '']) => codeSpans(name)[0])).toEqual(measured.map(({ name }) => name));
  });

  it.each(measured)('by $name is what the documentation says', ({ name, graph }) => {
    const [, files = '', kilobytes = '', packages = ''] =
      documented.find(([cell = '']) => codeSpans(cell)[0] === name) ?? [];

    expect(codeSpans(packages).toSorted()).toEqual(graph.packages);
    // The documentation has not the figures of each commit. Where they no longer fit, the command above prints the new ones.
    expect(deviation(graph.files, parseInt(files, 10))).toBeLessThan(0.15);
    expect(deviation(graph.kilobytes, parseInt(kilobytes, 10))).toBeLessThan(0.15);
  });
});
