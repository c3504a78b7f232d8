/* Prints the closing line of a test run from jest's `--json` output. A test that did not run counts as failed. */
import { readFileSync } from 'node:fs';

const { numTotalTests, numPassedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = numTotalTests - numPassedTests + numRuntimeErrorTestSuites;

console.log(`${numPassedTests} passed, ${failed} failed`);
if (failed > 0 || numPassedTests === 0) process.exitCode = 1;
