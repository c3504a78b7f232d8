import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { root } from '../root.js';

/** Where the packages are that the benchmark compares with: they are no dependencies of the library. */
export const peersFolder = new URL('test/bench/peers/', root);

export async function installPeers(): Promise<void> {
  if (writtenAt('node_modules/.package-lock.json') > writtenAt('package-lock.json')) return;
  process.stderr.write('installing the packages to compare with\n');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder });
}

/** Epoch milliseconds; 0 when it is not there. */
function writtenAt(file: string): number {
  return statSync(new URL(file, peersFolder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
