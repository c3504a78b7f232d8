import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compiled } from '../support/processes/compiled.js';

/** The version that `tools/test-platforms.mjs` has put in place, as far as it names it. */
const expected = process.env['NESTJS_SESSIONS_NEST'] ?? '12.';
const PACKAGES = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express'];

function versionFrom(file: string, name: string): string {
  const { resolve } = createRequire(file);
  const { version } = JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')) as { version: string };
  return version;
}

describe.each(PACKAGES)('%s', (name) => {
  it('has the version that these tests are for, in the library', () => {
    expect(versionFrom(import.meta.url, name)).toMatch(new RegExp(`^${expected.replaceAll('.', '\\.')}`));
  });

  it('has the same one in processes that tests start', () => {
    expect(versionFrom(compiled(new URL('../../lib/index.ts', import.meta.url)), name)).toBe(
      versionFrom(import.meta.url, name),
    );
  });
});
