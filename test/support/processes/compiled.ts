import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url).href;
const target = 'build/compiled/';

/**
 * What `tools/compile.js` made of a TypeScript file, before all tests: a process that runs it compiles nothing. By the public names
 * of the package it gets the library's sources, compiled as well.
 */
export function compiled(source: URL): string {
  const path = source.href.slice(root.length).replace(/\.ts$/, '.js');
  // Programs of the tests that are compiled themselves start others.
  return fileURLToPath(new URL(root.endsWith(target) ? path : target + path, root));
}
