import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What an application loads that imports an entry of the package. */
export interface ImportGraph {
  readonly files: number;
  /** Of JavaScript with its comments, as it is installed. */
  readonly kilobytes: number;
  /** Those that the files import themselves, but for Node's own. */
  readonly packages: readonly string[];
}

/** What `tools/compile.js` made of the library before all tests: without the imports of types. */
const compiled = fileURLToPath(new URL('../../../build/compiled/', import.meta.url));

/** Of an entry such as `./dist/index.js`. */
export function importGraphOf(entry: string): ImportGraph {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    const text = readFileSync(file, 'utf8');
    files.set(file, text);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith('.')) visit(join(dirname(file), fileName));
      else if (!fileName.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(fileName)?.[0] ?? fileName);
    }
  };
  visit(join(compiled, entry.replace('./dist/', 'lib/')));
  const bytes = [...files.values()].reduce(
    (sum, text) => sum + Buffer.byteLength(text.replace(/^\/\/# source.*$/gm, '')),
    0,
  );
  return { files: files.size, kilobytes: Math.round(bytes / 1000), packages: [...packages].toSorted() };
}
