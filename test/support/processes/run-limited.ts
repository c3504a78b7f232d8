import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compiled } from './compiled.js';

const run = promisify(execFile);

/**
 * Runs a TypeScript file in a process under limits of the system, as `ulimit` sets them, and gives what it printed as JSON.
 */
export async function runLimited(file: URL, ulimit: string, ...args: readonly string[]): Promise<unknown> {
  const script = `ulimit ${ulimit} && exec "$0" "$@"`;
  const command = [process.execPath, compiled(file), ...args];
  const { stdout } = await run('/bin/sh', ['-c', script, ...command]);
  return JSON.parse(stdout);
}
