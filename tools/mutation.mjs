/*
 * `npm run mutation` tries all areas of test/mutation/areas.js, `npm run mutation -- http --concurrency 1` one of them, with options of
 * Stryker. `npm run mutation -- --changed 5` tries what the last five commits have changed, at most twenty lines.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { areas } from '../test/mutation/areas.js';

const MOST_LINES = 20;

/** Or an empty line. */
const COMMENT = /^\s*(?:\/\/|\/?\*|$)/;

const args = process.argv.slice(2);
const names = Object.keys(areas).filter((name) => args.includes(name));
const changed = args.indexOf('--changed');
const commits = changed < 0 ? undefined : Number(args[changed + 1]);
const options = args.filter((arg, n) => !names.includes(arg) && (changed < 0 || (n !== changed && n !== changed + 1)));

let failed = false;
let linesLeft = MOST_LINES;
for (const name of names.length > 0 ? names : Object.keys(areas)) {
  const ranges = commits === undefined ? undefined : changedRanges(areas[name].mutate, commits);
  if (ranges?.length === 0) continue;
  console.log(`== ${name}: ${(ranges ?? areas[name].mutate).join(', ')}`);
  const mutate = ranges === undefined ? [] : ['--mutate', ranges.join(',')];
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.js', ...mutate, ...options], {
    stdio: 'inherit',
    env: { ...process.env, MUTATION_AREA: name, MUTATION_SHORT: ranges === undefined ? '' : '1' },
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;

/** `file:from-to` of what the commits have added or changed in an area, until there are enough lines. */
function changedRanges(globs, count) {
  const ranges = [];
  for (const file of changedFiles(globs, count)) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const diff = git('diff', '-U0', `${base(count)}..HEAD`, '--', file);
    for (const [, from, length = '1'] of diff.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)) {
      const taken = Math.min(Number(length), linesLeft);
      const hasCode = lines.slice(from - 1, Number(from) - 1 + taken).some((line) => !COMMENT.test(line));
      if (!hasCode) continue;
      ranges.push(`${file}:${from}-${Number(from) + taken - 1}`);
      linesLeft -= taken;
    }
  }
  return ranges;
}

function changedFiles(globs, count) {
  const isCovered = (file) =>
    globs.some((glob) => !glob.startsWith('!') && matchesGlob(file, glob)) &&
    !globs.some((glob) => glob.startsWith('!') && matchesGlob(file, glob.slice(1)));
  return git('diff', '--name-only', '--diff-filter=d', `${base(count)}..HEAD`, '--', 'lib')
    .split('\n')
    .filter((file) => file !== '' && isCovered(file));
}

/** The commit before them; a clone that is not deep enough begins with what it has. */
function base(count) {
  const known = git('rev-list', '--first-parent', '-n', String(count + 1), 'HEAD')
    .trim()
    .split('\n');
  return known.at(-1);
}

function git(...words) {
  return execFileSync('git', words, { encoding: 'utf8' });
}
