/**
 * What `npm run test:slow` runs and `npm test` leaves out. Each of these needs a browser, a compiler, or a minute of processes and
 * servers that are started and killed; what it promises is promised by a faster test as well, or concerns what is built around the
 * library.
 */
export const slowTests = [
  // A real browser.
  'test/browser/.*\\.spec',
  // The samples, started as their README says, and every example of the documents through the compiler.
  'test/e2e/(sample-.*|quick-start|readme-quick-start)\\.e2e-spec',
  'test/types\\.spec',
  // Whole processes under a clock that jumps, and processes that are killed and stopped again and again.
  'test/e2e/clock-jumps\\.e2e-spec',
  'test/stores/(file|memcached|postgres)-store-processes\\.spec',
  'test/stores/file-store-(crowd|short-names)\\.spec',
  'test/e2e/holders-that-die-or-sleep\\.e2e-spec',
  // Servers that are killed, stopped, cut off and started again under load.
  'test/e2e/healing/.*\\.e2e-spec',
  'test/e2e/one-server-of-several\\.e2e-spec',
  // Clusters and Sentinels, which take seconds to agree that a master is down.
  'test/stores/redis-store-(cluster|failover|sentinel)\\.spec',
  // A client that is compiled where it is missing.
  'test/stores/postgres-store-native\\.spec',
  // Thousands of sessions in each server, which are weighed.
  'test/stores/sizes\\.spec',
  // Floods.
  'test/e2e/logs-stay-short\\.e2e-spec',
].map((path) => `<rootDir>/${path}`);

/** Whether a spec file is one of them, by its path in `test`. */
export function isSlow(file) {
  return slowTests.some((slow) => new RegExp(slow.replace('<rootDir>/test/', '^')).test(file));
}
