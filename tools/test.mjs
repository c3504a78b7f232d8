/* `npm test`: all tests, most of them together (test/together), or the files that its arguments choose. */
import { run } from 'jest';

process.env.NODE_ENV ??= 'test';

/** Options that choose no test. */
const CHOOSES_NOTHING = /^--(?:json|outputFile=.*|maxWorkers=.*|testTimeout=.*|verbose|silent)$/;

const args = process.argv.slice(2);
const isWhole = args.every((arg) => CHOOSES_NOTHING.test(arg));
await run(isWhole ? [...args, '--config', 'jest.together.config.js'] : args);
