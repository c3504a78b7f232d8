import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { slowTests } from './test/slow-tests.js';
import { swcOptions } from './tools/swc-options.js';

const { name, exports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** Tests import the package by its public names and get its sources: each `./dist/x.js` is `lib/x.ts`. */
const publicNames = Object.entries(exports)
  .filter(([, target]) => target.default)
  .map(([subpath, target]) => [
    `^${name}${subpath.slice(1)}$`,
    target.default.replace('./dist/', '<rootDir>/lib/').replace(/\.js$/, '.ts'),
  ]);

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/basics/forgetting-environment.js',
  globalSetup: '<rootDir>/tools/compile.js',
  testMatch: ['<rootDir>/{test,sample}/**/*.{spec,e2e-spec}.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...slowTests],
  // For tests that hang, and no limit of what is tested: a busy machine takes many times as long as a quiet one. The long form
  // (test/support/models/long-form.ts) needs its time as well.
  testTimeout: 180_000 * Number(process.env.NESTJS_SESSIONS_RUNS || 1),
  // They wait for servers and browsers more than they compute.
  maxWorkers: 2 * availableParallelism(),
  // Node keeps the modules of every file, and loads the more slowly the more there are.
  workerIdleMemoryLimit: '700MB',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', swcOptions] },
  moduleNameMapper: {
    ...Object.fromEntries(publicNames),
    // Published as one file too: each spec file loads what it imports anew, and the 226 files of it cost a tenth of all the tests.
    '^rxjs(/operators)?$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
    // The specifier of a TypeScript source names the file that it compiles to.
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/build'],
  collectCoverageFrom: ['lib/**/*.ts'],
};
