/*
 * `NESTJS_SESSIONS_RUNS=20` is the long form of the tests that repeat what they do: property tests, and tests of races that come about
 * by chance. In the short form they still do it many times.
 */

/** How many times as long. `jest.config.js` gives all tests as much more time. */
export const RUNS = environmentNumber('NESTJS_SESSIONS_RUNS') ?? 1;

/** How often a test does something, which does it so often in the short form. */
export function often(times: number): number {
  return times * RUNS;
}

export function environmentNumber(name: string): number | undefined {
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
