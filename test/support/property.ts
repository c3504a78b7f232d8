import fc from 'fast-check';

/*
 * Property tests. They are short and the same each time by default; `NESTJS_SESSIONS_RUNS=100` multiplies their runs, with a
 * fresh seed then. A failure prints its seed; `NESTJS_SESSIONS_SEED` repeats it.
 */

const FACTOR = environmentNumber('NESTJS_SESSIONS_RUNS') ?? 1;
const SEED = environmentNumber('NESTJS_SESSIONS_SEED') ?? (FACTOR === 1 ? 1 : Date.now() % 2 ** 31);
const TIME_LIMIT = 30_000;

/** A test of something that is true whatever fast-check makes up; `runs` as often, in the short form. */
export function holds<T>(
  sentence: string,
  runs: number,
  property: fc.IPropertyWithHooks<T> | fc.IAsyncProperty<T>,
): void {
  it(
    sentence,
    async () => {
      await fc.assert(property, { seed: SEED, numRuns: runs * FACTOR });
    },
    TIME_LIMIT * FACTOR,
  );
}

function environmentNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') {
    return undefined;
  }
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Error(`${name} must be a positive integer; it is '${text}'`);
  }
  return number;
}
