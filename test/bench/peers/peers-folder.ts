import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { root } from '../root.js';

/** Where the packages are that the benchmark compares with: they are no dependencies of the library. */
export const peersFolder = new URL('test/bench/peers/', root);

export async function installPeers(): Promise<void> {
  if (existsSync(new URL('node_modules/', peersFolder))) return;
  process.stderr.write('installing the packages to compare with\n');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder });
}
