/** Mutation testing of the engine: `npm run mutation`, or a part of it: `npm run mutation -- --mutate lib/session/session-policy.ts`. */
export default {
  mutate: ['lib/session/**/*.ts', 'lib/logging/*.ts'],
  ignorePatterns: ['build', 'coverage', 'dist', 'var'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Node keeps the modules of every run of jest.
  maxTestRunnerReuse: 100,
  timeoutMS: 30_000,
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: 'build/mutation/report.json' },
  tempDirName: 'build/mutation/sandbox',
  allowConsoleColors: false,
};
