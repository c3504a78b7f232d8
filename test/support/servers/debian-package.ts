import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOCK = ['-o', 'DPkg::Lock::Timeout=120'];

/** Installs a package as root on Debian; elsewhere, or when that fails, does nothing: the caller looks whether it is there. */
export async function installDebianPackage(name: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q', ...LOCK], { env }).catch(() => undefined);
  await run('apt-get', ['install', '-qy', '--no-install-recommends', ...LOCK, name], { env }).catch(() => undefined);
}
