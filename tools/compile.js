/*
 * Compiles library, tests and samples to `build/compiled`, once, for the processes that tests start: a process that compiles what it
 * loads needs seconds to begin. Nothing is checked; `npm run type-check` does that. It is jest's `globalSetup`, and a command.
 */
import { copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { swcOptions } from './swc-options.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const target = join(root, 'build/compiled');

export default async function compile() {
  const folders = await Promise.all(['lib', 'test', 'sample'].map((folder) => filesIn(join(root, folder))));
  await Promise.all([namePackage(), ...folders.flat().map(bring)]);
}

async function filesIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name)) : join(folder, entry.name)));
  return (await Promise.all(found)).flat();
}

/** By the public names of the package, what is compiled gets what is compiled. */
async function namePackage() {
  const { name, type, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const manifest = JSON.stringify({ name, type, exports }).replaceAll('./dist/', './lib/');
  await replace(join(target, 'package.json'), (file) => writeFile(file, manifest));
}

async function bring(source) {
  const file = join(target, relative(root, source)).replace(/\.ts$/, '.js');
  if (await isNewer(file, source)) return;
  await replace(file, async (fresh) => {
    if (!source.endsWith('.ts')) return copyFile(source, fresh);
    const { code } = await transformFile(source, swcOptions);
    return writeFile(fresh, code);
  });
}

async function isNewer(file, source) {
  const [made, changed] = await Promise.all([modified(file), modified(source)]);
  return made > changed;
}

function modified(file) {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** In one step: a process that starts meanwhile finds the file whole. */
async function replace(file, write) {
  const fresh = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await write(fresh);
  await rename(fresh, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compile();
