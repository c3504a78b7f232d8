import { readdirSync, readFileSync } from 'node:fs';
import { codeSpans } from './support/documents/markdown.js';
import { rowsOfMap } from './support/documents/test-map.js';

const SUFFIX = '.e2e-spec.ts';
const STARTS = /\b(?:TestApp\.start|startNotes|startPages|startSampleApp|spawnApp|NestFactory)\b/;
/** By what a test runs on Fastify, or says by itself on what it runs. */
const CHOOSES = /\b(?:PLATFORMS|\w*[oO]nPlatforms|FastifyAdapter|injected\.app)\b|platform: 'fastify'|[a-z]Shapes\b/;

const folder = new URL('./e2e/', import.meta.url);
const listed = rowsOfMap(new URL('./express-alone.md', import.meta.url)).flatMap(({ cells }) =>
  codeSpans(cells['tests'] ?? ''),
);

/** The tests that start an application, and do not choose its platform. */
const alone = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith(SUFFIX))
  .filter((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return STARTS.test(text) && !CHOOSES.test(text);
  })
  .map((file) => file.slice(0, -SUFFIX.length));

describe('The table of tests that run on Express alone', () => {
  it('has each of them, or its folder: another one has to run on both platforms, or be put there with its reason', () => {
    const isListed = (test: string): boolean =>
      listed.some((entry) => (entry.endsWith('/') ? test.startsWith(entry) : test === entry));

    expect(alone.filter((test) => !isListed(test))).toEqual([]);
  });

  it('has no other, and none twice', () => {
    const tests = listed.filter((entry) => !entry.endsWith('/'));

    expect(tests.filter((test) => !alone.includes(test))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});
