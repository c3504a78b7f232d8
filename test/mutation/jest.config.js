import { fileURLToPath } from 'node:url';
import config from '../../jest.config.js';

/** The tests of an area as one file: each run of a mutant loads what they need once. */
export default {
  ...config,
  rootDir: '../..',
  // They start no processes.
  globalSetup: undefined,
  testMatch: ['<rootDir>/test/mutation/specs.ts'],
  testEnvironment: fileURLToPath(new URL('first-failure-environment.js', import.meta.url)),
  // Many mutants wait for what never comes. Long enough for the longest test on a machine that is busy.
  testTimeout: 20_000,
};
