/* Prints the closing line of test runs from jest's `--json` output. A test that did not run counts as failed. */
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  const { numTotalTests, numPassedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(file, 'utf8'));
  passed += numPassedTests;
  failed += numTotalTests - numPassedTests + numRuntimeErrorTestSuites;
}

console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
