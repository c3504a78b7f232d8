import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds: many times what a busy machine needs for any single step, and less than the runner gives to a test. */
export const LIMIT = 90_000;

/** For what never settles when something is broken. @throws Error that names it, in place of a test that hangs. */
export async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${LIMIT} ms: it hangs`)), LIMIT);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks until it is so. @throws Error that names it, in place of a loop without an end. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > LIMIT) {
      throw new Error(`${what}: not so after ${LIMIT} ms`);
    }
    await sleep(5);
  }
}
