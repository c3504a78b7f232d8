import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from '../support/http/browser.js';
import { spawnApp } from '../support/processes/child-process.js';

/** More than one draw of random bytes serves. */
const VISITS = 300;

describe('When there are no random numbers', () => {
  it('there are no ids: an error, no cookie, and no id that could be guessed or comes twice', async () => {
    const { ready: url } = await spawnApp(new URL('./apps/no-randomness.app.ts', import.meta.url));
    const ids: string[] = [];
    const visit = async (): Promise<number> => {
      const visitor = new Browser(url);
      const { status, setCookies } = await visitor.get('/visit');
      expect(setCookies).toHaveLength(status === 200 ? 1 : 0);
      ids.push(...visitor.cookies.values());
      return status;
    };
    expect(await visit()).toBe(200);
    await new Browser(url).post('/run-dry');
    for (let n = 0; n < VISITS; n += 1) await visit();

    expect(await visit()).toBe(500);
    expect((await new Browser(url).get('/id')).status).toBe(500);
    await new Browser(url).post('/recover');
    expect(await visit()).toBe(200);
    expect(new Set(ids).size).toBe(ids.length);
    // A pool that is read beyond its end gives zeros, which are As.
    for (const id of ids) expect(id).toMatch(/^(?!.*A{8})[A-Za-z0-9_-]{43}$/);
  });
});

describe('Math.random()', () => {
  it('is used for pauses, and for nothing that must not be guessed', () => {
    const lib = fileURLToPath(new URL('../../lib', import.meta.url));
    const users = readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && readFileSync(join(lib, name), 'utf8').includes('Math.random'))
      .sort();

    // The jitter of those who wait for a lock, and of those who wait for a file descriptor.
    expect(users).toEqual(['session/lock/poll-budget.ts', 'stores/file/disk.ts']);
  });
});
