import config from './jest.config.js';
import { slowTests } from './test/slow-tests.js';

/** `npm run test:slow`. @type {import('jest').Config} */
export default {
  ...config,
  testMatch: undefined,
  testRegex: slowTests.map((path) => path.replace('<rootDir>/', '/') + '\\.ts$'),
  testPathIgnorePatterns: ['/node_modules/'],
};
