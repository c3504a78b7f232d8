import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSlow } from '../slow-tests.js';

/*
 * Jest loads all modules anew for each spec file, and their code is cold again: of a small file that is more than half of the work.
 * So the whole of `npm test` runs most of them together, in a few shares. A file that is named runs by itself.
 */

const tests = join(import.meta.dirname, '..');
const numberOfShares = readdirSync(import.meta.dirname).filter((file) => file.startsWith('share-')).length;

/** A hook outside of `describe()` would run for all files of a share. */
const HAS_HOOK_FOR_ALL = /^(?:(?:before|after)(?:All|Each)|stepDisk)\(/m;

/** The paths of the spec files that run together, in `test`. */
export const together = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(?:e2e|logging|properties|session|stores|testing)\/.*spec\.ts$/.test(file))
  .filter((file) => !isSlow(file))
  .filter((file) => !HAS_HOOK_FOR_ALL.test(readFileSync(join(tests, file), 'utf8')))
  .sort();

/** Neighbours are alike: they come to different shares. */
export async function runShare(number) {
  for (const file of together.filter((_, index) => index % numberOfShares === number - 1)) {
    await import(`../${file}`);
  }
}
