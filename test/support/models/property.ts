import fc from 'fast-check';
import { environmentNumber, often, RUNS } from './long-form.js';

/*
 * Property tests. They are short and the same each time by default; `NESTJS_SESSIONS_RUNS=100` multiplies their runs, with a
 * fresh seed then. A failure prints its seed; `NESTJS_SESSIONS_SEED` repeats it.
 */

const SEED = environmentNumber('NESTJS_SESSIONS_SEED') ?? (RUNS === 1 ? 1 : Date.now() % 2 ** 31);
const TIME_LIMIT = 180_000;

/** A test of something that is true whatever fast-check makes up; `runs` as often, in the short form. */
export function holds<T>(
  sentence: string,
  runs: number,
  property: fc.IPropertyWithHooks<T> | fc.IAsyncProperty<T>,
): void {
  it(
    sentence,
    async () => {
      await fc.assert(property, { seed: SEED, numRuns: often(runs) });
    },
    often(TIME_LIMIT),
  );
}
