import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type pg from 'pg';
import { installDebianPackage } from './debian-package.js';

const run = promisify(execFile);
const folder = new URL('../native-pg/', import.meta.url);
const addon = new URL('node_modules/libpq/build/Release/addon.node', folder);

/**
 * `pg` over libpq. It has a folder of its own, since it is compiled where it is installed. @throws Error that says what is missing.
 */
export async function nativePg(): Promise<typeof pg> {
  if (!existsSync(addon)) await install();
  const { native } = createRequire(new URL('package.json', folder))('pg') as typeof pg;
  if (native === null) throw new Error('pg has no native part');
  return native;
}

async function install(): Promise<void> {
  if (!(await hasLibpq())) await installDebianPackage('libpq-dev');
  if (!(await hasLibpq())) {
    throw new Error('These tests need the headers of libpq, with pg_config in the PATH: apt-get install libpq-dev.');
  }
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: fileURLToPath(folder) });
  if (!existsSync(addon)) {
    throw new Error('These tests need pg-native, and libpq was not compiled: is there a C++ compiler and python?');
  }
}

async function hasLibpq(): Promise<boolean> {
  return run('pg_config', ['--includedir']).then(
    () => true,
    () => false,
  );
}
