/*
 * Packs the library, lets publint and attw look at the tarball, and installs it next to nothing but its peers in an empty project.
 * There it uses each export by `import` and by `require()`, and strict TypeScript applications that are compiled and run. One at a
 * time the optional peers come along, and the stores that need them are used on real servers: those that the tests find or start.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const tried = [];
const packedFile =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|docs\/.+\.md|sql\/postgres\.sql|dist\/.+\.(js|js\.map|d\.ts))$/;

const folder = mkdtempSync(join(tmpdir(), 'nestjs-sessions-pack-'));
let servers;
try {
  checkLockFile();
  const tarball = pack();
  lint(tarball);
  createProject();
  servers = startServers();

  const optional = Object.keys(manifest.peerDependenciesMeta);
  const required = Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name));
  install([tarball, ...[...required, 'typescript', '@types/node'].map(installedVersion)]);
  assertMissing('@nestjs/platform-express');
  assertMissing('@nestjs/platform-fastify');
  importBothWays('.', './testing', './cache-manager', './redis', './express-session');

  install(['@nestjs/platform-fastify'].map(installedVersion));
  assertMissing('@nestjs/platform-express');
  compile(['fastify']);
  use('fastify');

  install(['@nestjs/platform-express', '@types/express'].map(installedVersion));
  compile(['untyped']);
  compile(['app', 'express-session']);
  use('app');
  use('express-session');
  // Types alone, which that consumer imports.
  tried.push('./express');

  install(['pg', '@types/pg'].map(installedVersion));
  assertMissing('typeorm');
  importBothWays('./postgres');
  compile(['pg']);
  const { DATABASE_URL, MEMCACHED, REDIS_URL } = await servers.addresses;
  use('pg', { DATABASE_URL });

  const rest = ['typeorm', '@nestjs/typeorm', 'memcached', '@types/memcached', '@nestjs/cache-manager'];
  install([...rest, 'cache-manager', 'keyv', 'ioredis', 'iovalkey', 'redis'].map(installedVersion));
  importBothWays('./memcached', './package.json');
  compile(['typeorm', 'memcached']);
  // @nestjs/cache-manager's own declarations do not compile: they import the package cacheable, which it does not ask for.
  compile(['cache-manager'], { skipLibCheck: true });
  use('typeorm', { DATABASE_URL });
  use('memcached', { MEMCACHED });
  compile(['redis']);
  use('redis', { REDIS_URL });
  use('cache-manager');
  assertAllTried();
  console.log('pack-check: passed');
} finally {
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function checkLockFile() {
  const addressed = Object.entries(lock.packages).filter(([, entry]) => entry.resolved?.startsWith('http'));
  if (addressed.length > 0) {
    fail(`package-lock.json holds the address of a registry, first for ${addressed[0][0]}; see .npmrc`);
  }
  console.log('pack-check: package-lock.json holds no address of a registry');
}

function pack() {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  const paths = packed.files.map((file) => file.path);
  const strangers = paths.filter((path) => !packedFile.test(path));
  if (strangers.length > 0) fail(`the tarball holds what does not belong there: ${strangers.join(', ')}`);

  const targets = Object.values(manifest.exports)
    .flatMap((target) => Object.values(target))
    .filter(isDistFile);
  const missing = ['README.md', 'LICENSE', ...targets].filter((path) => !paths.includes(path.replace('./', '')));
  if (missing.length > 0) fail(`the tarball lacks ${missing.join(', ')}; is it built?`);
  console.log(`pack-check: ${packed.filename} holds ${paths.length} files, ${packed.size} bytes`);
  return join(folder, packed.filename);
}

/** What other tools say of manifest, entries and types. */
function lint(tarball) {
  run('node', [join(root, 'node_modules/publint/src/cli.js'), tarball, '--strict']);
  // That require() gets ES modules is on purpose: see below that it does get them.
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  run('node', [attw, tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed']);
  console.log('pack-check: publint and attw have no complaint');
}

function isDistFile(path) {
  return path.startsWith('./dist/');
}

function createProject() {
  cpSync(join(root, 'tools/consumer'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
}

/** The version that the tests ran with, so that the check does not change when a peer is released. */
function installedVersion(name) {
  return `${name}@${lock.packages[`node_modules/${name}`].version}`;
}

function install(packages) {
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
}

function importBothWays(...subpaths) {
  for (const subpath of subpaths) {
    const specifier = manifest.name + subpath.slice(1);
    tried.push(subpath);
    if (subpath.endsWith('.json')) {
      run('node', ['-e', `require('${specifier}')`]);
      continue;
    }
    const print = 'console.log(Object.keys(names).sort().join())';
    const imported = run('node', ['--input-type=module', '-e', `import * as names from '${specifier}'; ${print}`]);
    const required = run('node', ['--input-type=commonjs', '-e', `const names = require('${specifier}'); ${print}`]);
    if (imported.trim() === '') fail(`${specifier} exports nothing`);
    if (imported !== required) fail(`${specifier}: import gives ${imported}require() gives ${required}`);
    console.log(`pack-check: ${specifier} exports ${imported.trim().replaceAll(',', ', ')}`);
  }
}

function assertAllTried() {
  const missing = Object.keys(manifest.exports).filter((subpath) => !tried.includes(subpath));
  if (missing.length > 0) fail(`nobody has tried ${missing.join(', ')}`);
}

/** What the next application uses is all that the library needs. */
function assertMissing(name) {
  const found = run('node', ['-e', `try { console.log(require.resolve('${name}')) } catch {}`]);
  if (found !== '') fail(`${name} is there, though nobody asked for it: ${found}`);
}

/** With all strict flags, and without skipping the declarations of libraries where those compile. */
function compile(applications, compilerOptions = {}) {
  const project = join(folder, `tsconfig.${applications[0]}.json`);
  const files = applications.map((application) => `${application}.ts`);
  writeFileSync(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions, files }));
  run('node', [join(folder, 'node_modules/typescript/bin/tsc'), '-p', project]);
  console.log(`pack-check: compiled ${files.join(', ')}`);
}

function use(application, env = {}) {
  const said = run('node', [`${application}.js`], folder, env)
    .trim()
    .replaceAll('\n', ', ');
  console.log(`pack-check: ran ${application}.js: ${said}`);
}

/** PostgreSQL, memcached and Redis, while the rest goes on. */
function startServers() {
  const child = spawn('node', ['build/compiled/test/support/servers/serve-stores.js'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const addresses = Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended]).then(([line]) => {
    if (typeof line !== 'string') fail('there are no servers for the stores');
    return JSON.parse(line);
  });
  // Awaited when it is needed, which may be never.
  addresses.catch(() => undefined);
  return {
    addresses,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

function run(command, args, cwd = folder, env = {}) {
  try {
    return execFileSync(command, args, {
      cwd,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    fail(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

function fail(reason) {
  throw new Error(`pack-check: ${reason}`);
}
