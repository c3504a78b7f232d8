/*
 * Packs the library, installs the tarball next to nothing but its peers in an empty project, and uses it there: each
 * export by `import` and by `require()`, and a strict TypeScript application that is compiled and run.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const packedFile = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|sql\/postgres\.sql|dist\/.+\.(js|js\.map|d\.ts))$/;

const folder = mkdtempSync(join(tmpdir(), 'nestjs-sessions-pack-'));
try {
  checkLockFile();
  const tarball = pack();
  createProject();

  const optional = Object.keys(manifest.peerDependenciesMeta);
  const required = Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name));
  const tools = ['typescript', '@types/node', '@types/express'];

  install([tarball, ...[...required, ...tools].map(installedVersion)]);
  const withoutOptional = ['.', './testing'];
  for (const subpath of withoutOptional) importBothWays(subpath);
  compileAndRun();

  install(optional.map(installedVersion));
  const withOptional = Object.keys(manifest.exports).filter((subpath) => !withoutOptional.includes(subpath));
  for (const subpath of withOptional) importBothWays(subpath);
  console.log('pack-check: passed');
} finally {
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

function importBothWays(subpath) {
  const specifier = manifest.name + subpath.slice(1);
  if (subpath.endsWith('.json')) {
    run('node', ['-e', `require('${specifier}')`]);
    return;
  }
  const print = 'console.log(Object.keys(names).sort().join())';
  const imported = run('node', ['--input-type=module', '-e', `import * as names from '${specifier}'; ${print}`]);
  const required = run('node', ['--input-type=commonjs', '-e', `const names = require('${specifier}'); ${print}`]);
  if (imported.trim() === '') fail(`${specifier} exports nothing`);
  if (imported !== required) fail(`${specifier}: import gives ${imported}require() gives ${required}`);
  console.log(`pack-check: ${specifier} exports ${imported.trim().replaceAll(',', ', ')}`);
}

function compileAndRun() {
  const tsc = join(folder, 'node_modules/typescript/bin/tsc');
  run('node', [tsc, '-p', 'tsconfig.untyped.json']);
  run('node', [tsc, '-p', 'tsconfig.json']);
  console.log(`pack-check: a strict application compiles and runs: ${run('node', ['app.js']).trim()}`);
}

function run(command, args, cwd = folder) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    fail(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

function fail(reason) {
  throw new Error(`pack-check: ${reason}`);
}
