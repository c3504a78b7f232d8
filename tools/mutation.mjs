/*
 * `npm run mutation` tries all areas of test/mutation/areas.js, `npm run mutation -- http --concurrency 1` one of them, with options of
 * Stryker. `npm run mutation -- --changed 5` tries what the last five commits have changed, at most twenty lines, and
 * `npm run mutation -- http --sample 60` sixty lines that are drawn by lot, from which the score of an area is estimated.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { areas } from '../test/mutation/areas.js';

const MOST_LINES = 20;

/** Or an empty line. */
const COMMENT = /^\s*(?:\/\/|\/?\*|$)/;

const args = process.argv.slice(2);
const commits = takeNumber('--changed');
const sampleSize = takeNumber('--sample');
const names = Object.keys(areas).filter((name) => args.includes(name));
const options = args.filter((arg) => !names.includes(arg));

let failed = false;
let linesLeft = MOST_LINES;
for (const name of names.length > 0 ? names : Object.keys(areas)) {
  const ranges = rangesOf(areas[name].mutate);
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

/** Takes an option with its number out of the arguments. */
function takeNumber(option) {
  const at = args.indexOf(option);
  return at < 0 ? undefined : Number(args.splice(at, 2)[1]);
}

/** What is tried of an area; `undefined`: all of it. */
function rangesOf(globs) {
  if (commits !== undefined) return changedRanges(globs, commits);
  return sampleSize === undefined ? undefined : drawnLines(globs, sampleSize);
}

/** `file:line-line` of lines with code, each of an area as likely as another. */
function drawnLines(globs, count) {
  const left = covered(git('ls-files', 'lib'), globs).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, n) => (COMMENT.test(line) ? [] : [`${file}:${n + 1}-${n + 1}`])),
  );
  const drawn = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(randomInt(left.length), 1));
  }
  return drawn;
}

/** `file:from-to` of what the commits have added or changed in an area, until there are enough lines. */
function changedRanges(globs, count) {
  const ranges = [];
  const listed = git('diff', '--name-only', '--diff-filter=d', `${base(count)}..HEAD`, '--', 'lib');
  for (const file of covered(listed, globs)) {
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

/** Those of the listed files that are of an area. */
function covered(listed, globs) {
  return listed
    .split('\n')
    .filter(
      (file) =>
        globs.some((glob) => !glob.startsWith('!') && matchesGlob(file, glob)) &&
        !globs.some((glob) => glob.startsWith('!') && matchesGlob(file, glob.slice(1))),
    );
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
