import { Browser } from '../support/http/browser.js';
import { spawnApp } from '../support/processes/child-process.js';

describe('Beside @nestjs/throttler', () => {
  it('requests of a user are counted together, and apart from those of others at the same address', async () => {
    const { ready: url } = await spawnApp(new URL('./apps/throttled.app.ts', import.meta.url));
    const [desk, phone, neighbour] = [new Browser(url), new Browser(url), new Browser(url)];
    for (const browser of [desk, phone]) await browser.post('/login', { userId: 'ann' });
    await neighbour.post('/login', { userId: 'bob' });
    const remaining = async (browser: Browser): Promise<string | null> =>
      (await browser.get('/me')).headers.get('x-ratelimit-remaining');

    expect(await remaining(desk)).toBe('99');
    expect(await remaining(phone)).toBe('98');
    expect(await remaining(neighbour)).toBe('99');
  });
});
