import config from './jest.config.js';
import { together } from './test/together/shares.js';

/** The whole of `npm test`. @type {import('jest').Config} */
export default {
  ...config,
  testSequencer: '<rootDir>/test/together/alternating-sequencer.js',
  testMatch: ['<rootDir>/test/together/share-*.js', ...config.testMatch],
  testPathIgnorePatterns: [...config.testPathIgnorePatterns, ...together.map((file) => `<rootDir>/test/${file}$`)],
};
