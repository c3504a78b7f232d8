/*
 * Installs the tarball in applications of several shapes, and uses it there: the quick start of the README, word for word, is
 * compiled and asked by two visits on each version of Node.js, on Express or on Fastify, and the tests that `docs/testing.md` shows
 * run by its recipes. `npm run test:consumers -- nest-11-commonjs` tries one of them. `tools/consumers` has what they are installed
 * from.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const START_LIMIT = 60_000;
const INSTALL = ['--no-audit', '--no-fund', '--loglevel=error'];
const JEST = 'node_modules/jest/bin/jest.js';
const [jestWithSwc, jestOfNode24] = codeBlocks('docs/testing.md', 'js').filter((code) => code.includes('jest.config'));
const [vitestConfig] = codeBlocks('docs/testing.md', 'js').filter((code) => code.includes('vitest.config'));

const NODE10 = ['--module', 'commonjs', '--moduleResolution', 'node10'];
const CONSUMERS = [
  {
    name: 'nest-11-commonjs',
    alsoCompiles: [['--module', 'nodenext', '--moduleResolution', 'nodenext']],
    tests: [swcRecipe(['node-20', 'node-22']), node24Recipe()],
  },
  { name: 'nest-11-fastify', isOnFastify: true, alsoCompiles: [], tests: [] },
  {
    name: 'nest-12-commonjs',
    alsoCompiles: [[...NODE10, '--ignoreDeprecations', '6.0']],
    tests: [swcRecipe(['node-20']), node24Recipe()],
  },
  {
    name: 'nest-12-esm',
    alsoCompiles: [['--module', 'esnext', '--moduleResolution', 'bundler']],
    tests: [vitestRecipe(['node-20', 'node-24'])],
  },
  { name: 'nest-12-esm', isPnpm: true, alsoCompiles: [], tests: [] },
  { name: 'nest-11-commonjs', isPnpm: true, alsoCompiles: [], tests: [] },
];

const folder = mkdtempSync(join(tmpdir(), 'nestjs-sessions-consumers-'));
try {
  const [chosen] = process.argv.slice(2);
  const consumers = CONSUMERS.filter(({ name }) => chosen === undefined || name === chosen);
  if (consumers.length === 0) throw new Error(`There is no consumer ${chosen}`);
  const tarball = pack();
  const nodes = installNodes();
  for (const consumer of consumers) await tryConsumer(consumer, tarball, nodes);
  say(`passed (${consumers.length} consumers)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function tryConsumer({ name, isPnpm = false, isOnFastify = false, alsoCompiles, tests }, tarball, nodes) {
  const title = isPnpm ? `${name} by pnpm` : name;
  const place = join(folder, title.replaceAll(' ', '-'));
  cpSync(join(root, 'tools/consumers', name), place, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  writeSources(place, isOnFastify);
  if (isPnpm) {
    installByPnpm(place, tarball, nodes);
  } else {
    run('npm', ['ci', '--ignore-scripts', ...INSTALL], place);
    run('npm', ['install', '--no-save', '--ignore-scripts', ...INSTALL, tarball], place);
  }
  say(`${title}: installed`);

  for (const options of [[], ...alsoCompiles.map((flags) => ['--noEmit', ...flags])]) {
    run('node', ['node_modules/typescript/bin/tsc', ...options], place);
    say(`${title}: compiled ${options.join(' ')}`);
  }
  for (const [version, node] of Object.entries(nodes)) {
    await visitTwice(place, node);
    say(`${title}: two visits counted on ${version}`);
  }
  for (const { recipe, versions, config, args } of tests) {
    writeFileSync(join(place, config.file), config.text);
    for (const version of versions) {
      run(nodes[version], args, place);
      say(`${title}: ${recipe} on ${version}`);
    }
  }
}

function writeSources(place, isOnFastify) {
  const quickStart = codeBlocks('README.md', 'ts').find((code) => code.includes('NestFactory.create'));
  cpSync(join(root, 'sample/05-readme'), join(place, 'src'), {
    recursive: true,
    filter: (path) =>
      !/\.ts$/.test(path) || /\/(accounts\.controller|accounts\.controller\.spec|idle-timeout\.spec)\.ts$/.test(path),
  });
  rmSync(join(place, 'src/tsconfig.json'), { force: true });
  writeFileSync(join(place, 'src/main.ts'), isOnFastify ? onFastify(quickStart) : quickStart);
}

/** With the two lines that `docs/getting-started.md` shows. */
function onFastify(program) {
  const [imported, created] = codeBlocks('docs/getting-started.md', 'ts').filter((code) =>
    code.includes('FastifyAdapter'),
  );
  return imported + program.replace(/^ *const app = .*\n/m, created);
}

function swcRecipe(versions) {
  return { recipe: 'jest with swc', versions, config: { file: 'jest.config.js', text: jestWithSwc }, args: [JEST] };
}

function node24Recipe() {
  const config = { file: 'jest.config.js', text: jestOfNode24 };
  return { recipe: 'jest', versions: ['node-24'], config, args: ['--experimental-vm-modules', JEST] };
}

function vitestRecipe(versions) {
  const config = { file: 'vitest.config.mjs', text: vitestConfig };
  return { recipe: 'vitest', versions, config, args: ['node_modules/vitest/vitest.mjs', 'run'] };
}

/** @returns the programs, by their versions: that of this process and those that npm's package `node` brings along. */
function installNodes() {
  const place = join(folder, 'nodes');
  cpSync(join(root, 'tools/consumers/nodes'), place, { recursive: true });
  run('npm', ['ci', ...INSTALL], place);
  const [major] = process.versions.node.split('.');
  const others = ['node-22', 'node-24'].map((name) => [name, join(place, 'node_modules', name, 'bin/node')]);
  return { [`node-${major}`]: process.execPath, ...Object.fromEntries(others) };
}

/** pnpm shows a package nothing but what it has asked for. */
function installByPnpm(place, tarball, nodes) {
  rmSync(join(place, 'package-lock.json'));
  const pnpm = join(folder, 'nodes/node_modules/pnpm/bin/pnpm.mjs');
  run(nodes['node-24'], [pnpm, 'add', '--ignore-scripts', '--config.minimum-release-age=0', tarball], place);
}

/** The answers to somebody who comes a second time. */
async function visitTwice(place, node) {
  const port = await freePort();
  const app = spawn(node, ['dist/main.js'], {
    cwd: place,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [app.stdout, app.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  try {
    const url = `http://localhost:${port}/visits`;
    const first = await answerOf(url, app, () => said);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answers = [await first.text(), await (await fetch(url, { headers: { cookie } })).text()];
    if (answers.join() !== '{"visits":1},{"visits":2}') fail(`the visits were answered with ${answers.join()}`);
  } finally {
    app.kill();
  }
}

async function answerOf(url, app, said) {
  for (let waited = 0; waited < START_LIMIT && app.exitCode === null; waited += 100) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  return fail(`the application does not answer; it says:\n${said()}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function pack() {
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  return join(folder, JSON.parse(packed)[0].filename);
}

function codeBlocks(document, language) {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2]);
}

function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return fail(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

function say(what) {
  console.log(`test:consumers: ${what} (${Math.round(process.uptime())} s)`);
}

function fail(reason) {
  throw new Error(`test:consumers: ${reason}`);
}
