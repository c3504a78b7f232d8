/*
 * Runs tests on the versions of Nest that `test/platforms` holds: `npm run test:platforms -- nest-11 test/e2e/shapes`.
 * Without arguments on all of them, what each is there for. A copy of the sources is made in `build`, and stands beside an
 * installation of that Nest: so the library, its tests, and the processes that these start all find it by themselves.
 * What it does not bring along (jest, the clients of stores) is found further up.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What is run on each without being asked for: all that an application meets, on Express and Fastify, and the samples; on the
 * oldest what its exception filter decides, and what starts it.
 */
const TESTS = {
  'nest-11': ['test/e2e', 'test/platforms', 'test/testing', '/sample/'],
  'nest-11.0': [
    'test/platforms',
    'test/e2e/(errors|failed|first-visits|frequent|logs|one-line|quick-start|readme-quick-start|route|session-parameter)',
    'test/e2e/shapes/(a-failed-commit|a-final-500|filters-decide|no-visitor)',
  ],
};

const [chosen, ...tests] = process.argv.slice(2);
if (chosen !== undefined && !Object.hasOwn(TESTS, chosen)) {
  throw new Error(`There is no platform ${chosen}: choose one of ${Object.keys(TESTS).join(', ')}`);
}

const platforms = chosen === undefined ? Object.keys(TESTS) : [chosen];
const failed = platforms.filter((platform) => {
  console.log(`== ${platform}`);
  const copy = copySources(platform, install(platform));
  return runTests(platform, copy, tests.length > 0 ? tests : TESTS[platform]) !== 0;
});
if (failed.length > 0) {
  console.error(`test:platforms: failed on ${failed.join(', ')}`);
  process.exitCode = 1;
}

/** @returns the folder of its packages. */
function install(platform) {
  const folder = join(root, 'test/platforms', platform);
  const packages = join(folder, 'node_modules');
  if (!existsSync(packages)) {
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
  }
  return packages;
}

function copySources(platform, packages) {
  const copy = join(root, 'build', platform);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ['lib', 'test', 'sample', 'tools', 'sql', 'package.json', 'jest.config.js', 'README.md']) {
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isSource });
  }
  symlinkSync(packages, join(copy, 'node_modules'));
  return copy;
}

function isSource(path) {
  return !relative(root, path).split('/').includes('node_modules');
}

function runTests(platform, copy, patterns) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  // Those that `npm test` leaves out as slow run here too: samples and quick starts above all are to be seen on each Nest.
  const config = ['--config', join(copy, 'jest.config.js'), '--testPathIgnorePatterns', '/node_modules/'];
  const args = ['--experimental-vm-modules', jest, ...config, '--rootDir', copy];
  // Beside them stands a test that this is the Nest they get.
  const env = { ...process.env, NESTJS_SESSIONS_NEST: `${platform.replace('nest-', '')}.` };
  return spawnSync('node', [...args, ...patterns], { cwd: copy, stdio: 'inherit', env }).status;
}
