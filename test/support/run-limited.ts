import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a TypeScript file in a process under limits of the system, as `ulimit` sets them, and gives what it printed as JSON.
 */
export async function runLimited(file: URL, ulimit: string, ...args: readonly string[]): Promise<unknown> {
  const script = `ulimit ${ulimit} && exec "$0" "$@"`;
  const command = [process.execPath, '--import', '@swc-node/register/esm-register', fileURLToPath(file), ...args];
  const { stdout } = await run('/bin/sh', ['-c', script, ...command], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
  });
  return JSON.parse(stdout);
}
