import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';

const folder = join(import.meta.dirname, '../session');
/** They load Nest, which would double the time, and try nothing of the engine. */
const aboutTheModule = ['errors.spec.ts', 'options.spec.ts'];
/** Last, since they take longest: most mutants are killed before them. */
const long = ['session-id.spec.ts', 'cookie-options.spec.ts'];

// That a property fails kills the mutant: the smallest example of it interests nobody.
fc.configureGlobal({ endOnFailure: true });

for (const file of await readdir(folder)) {
  if (![...aboutTheModule, ...long].includes(file)) {
    await import(join(folder, file));
  }
}
for (const file of long) {
  await import(join(folder, file));
}
await import('../logging/throttled-logger.spec.js');
await import('../properties/life-cycle.spec.js');
await import('../properties/session-object.spec.js');
