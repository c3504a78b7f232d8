/*
 * `npm run mutation` tries all areas of test/mutation/areas.js, `npm run mutation -- http --concurrency 1` one of them, with options of
 * Stryker. `npm run mutation -- --changed 5` tries twelve lines that the last five commits have changed, in areas that are tried in
 * seconds or in those that are named; where there are fewer, the commits before them count too. `npm run mutation -- http --sample 60`
 * tries sixty lines that are drawn by lot, from which the score of an area is estimated.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { areas } from '../test/mutation/areas.js';

const MOST_LINES = 12;

/** Of a few lines: one that test/mutation.md judges weighs more there than in a whole area. */
const LEAST_SCORE = 0.7;

/** A fault can be put into a line that decides, computes, returns a value or has one of its own. */
const CAN_FAIL =
  /[!=]==|[<>]=| [<>] |&&|\|\||\?\?|\?\.| \? |[-+]=? \d| [*/%]=? |=> [^{]|\b(?:true|false)\b|['"`]|[ (!]!\w/;
const COMMENT_OR_IMPORT = /^\s*(?:\/\/|\/?\*|import\b|export\b.*\bfrom\b|\} from\b)/;

/** Areas that are tried in seconds. */
const SHORT = Object.keys(areas).filter((name) => areas[name].isShort);

const args = process.argv.slice(2);
const commits = takeNumber('--changed');
const sampleSize = takeNumber('--sample');
const names = Object.keys(areas).filter((name) => args.includes(name));
const options = args.filter((arg) => !names.includes(arg));
const chosen = names.length > 0 ? names : commits === undefined ? Object.keys(areas) : SHORT;
const since = commits === undefined ? undefined : enoughCommits(commits);

let failed = false;
let linesLeft = MOST_LINES;
const found = { tried: 0, caught: 0 };
for (const name of chosen) {
  const lines = linesOf(areas[name].mutate);
  if (lines?.length === 0) continue;
  console.log(`== ${name}: ${(lines ?? areas[name].mutate).join(', ')}`);
  const mutate = lines === undefined ? [] : ['--mutate', lines.join(',')];
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.js', ...mutate, ...options], {
    stdio: 'inherit',
    env: { ...process.env, MUTATION_AREA: name, MUTATION_SHORT: lines === undefined ? '' : '1' },
  });
  failed ||= status !== 0;
  if (status === 0 && lines !== undefined) count(name);
}
if (commits !== undefined || sampleSize !== undefined) {
  console.log(`== ${found.caught} of ${found.tried} faults were found`);
  // A clone may have too little history for twelve lines, and then perhaps nothing to try.
  const isHistoryShort = commits !== undefined && linesLeft > 0;
  failed ||= found.caught < LEAST_SCORE * found.tried || (found.tried === 0 && !isHistoryShort);
}
process.exitCode = failed ? 1 : 0;

/** Takes an option with its number out of the arguments. */
function takeNumber(option) {
  const at = args.indexOf(option);
  return at < 0 ? undefined : Number(args.splice(at, 2)[1]);
}

/** What is tried of an area, as `file:line-line`; `undefined`: all of it. */
function linesOf(globs) {
  if (since !== undefined) {
    const lines = changedLines(since, globs).slice(0, linesLeft);
    linesLeft -= lines.length;
    return lines;
  }
  return sampleSize === undefined ? undefined : drawnLines(globs, sampleSize);
}

/** Each line of an area is as likely as another. */
function drawnLines(globs, count) {
  const left = covered(git('ls-files', 'lib'), globs).flatMap((file) => linesThatCanFail(file));
  const drawn = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(randomInt(left.length), 1));
  }
  return drawn;
}

/** The commit since which enough lines were changed: that of so many commits ago, or one before it. */
function enoughCommits(count) {
  // A clone that is not deep enough begins with what it has.
  const known = git('rev-list', '--first-parent', 'HEAD').trim().split('\n');
  const isEnough = (commit) => chosen.flatMap((name) => changedLines(commit, areas[name].mutate)).length >= MOST_LINES;
  return known.slice(count).find(isEnough) ?? known.at(-1);
}

function changedLines(commit, globs) {
  const listed = git('diff', '--name-only', '--diff-filter=d', `${commit}..HEAD`, '--', 'lib');
  return covered(listed, globs).flatMap((file) => {
    const diff = git('diff', '-U0', `${commit}..HEAD`, '--', file);
    const changes = [...diff.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)];
    return linesThatCanFail(file, (line) =>
      changes.some(([, from, length = '1']) => line >= Number(from) && line < Number(from) + Number(length)),
    );
  });
}

/** `file:line-line` of the lines of a file, counted from 1. */
function linesThatCanFail(file, isMeant = () => true) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, n) => {
      const canFail = CAN_FAIL.test(text) && !COMMENT_OR_IMPORT.test(text);
      return canFail && isMeant(n + 1) ? [`${file}:${n + 1}-${n + 1}`] : [];
    });
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

/** Adds what the report of an area says. */
function count(name) {
  const { files } = JSON.parse(readFileSync(`build/mutation/${name}.json`, 'utf8'));
  for (const { status } of Object.values(files).flatMap(({ mutants }) => mutants)) {
    if (['Killed', 'Timeout'].includes(status)) found.caught += 1;
    if (['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)) found.tried += 1;
  }
}

function git(...words) {
  return execFileSync('git', words, { encoding: 'utf8' });
}
