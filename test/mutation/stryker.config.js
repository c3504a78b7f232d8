import { chosenArea } from './areas.js';

const { name, mutate } = chosenArea();

/** Mutation testing of the area that `MUTATION_AREA` names; `tools/mutation.mjs` runs it. */
export default {
  mutate,
  ignorePatterns: ['build', 'coverage', 'dist', 'var', 'docs/.vitepress', 'test/bench/peers'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Node keeps the modules of every run of jest.
  maxTestRunnerReuse: 100,
  timeoutMS: 30_000,
  // A few lines of an area say nothing of it: `tools/mutation.mjs` judges those of all areas together.
  thresholds: { high: 95, low: 90, break: process.env.MUTATION_SHORT ? null : 90 },
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: `build/mutation/${name}.json` },
  tempDirName: 'build/mutation/sandbox',
  allowConsoleColors: false,
};
