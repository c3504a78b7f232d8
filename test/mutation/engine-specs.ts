import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../session');
/** They load Nest, which would double the time, and try nothing of the engine. */
const aboutTheModule = ['errors.spec.ts', 'options.spec.ts'];

for (const file of await readdir(folder)) {
  if (!aboutTheModule.includes(file)) {
    await import(join(folder, file));
  }
}

// Last, since they take longest.
await import('../properties/life-cycle.spec.js');
await import('../properties/session-object.spec.js');
