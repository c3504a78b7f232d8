import { Browser } from '../support/http/browser.js';
import { freePort } from '../support/servers/free-port.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { runSample, type Sample, startSample } from '../support/processes/sample.js';

const CLICKS = 40;

interface Answer {
  readonly user?: string;
  readonly clicks: number;
  readonly process: number;
}

describe('The sample on Redis', () => {
  let redis: RedisServer;
  let sample: Sample;
  let browser: Browser;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const port = await freePort();
    sample = await startSample('06-redis', { REDIS_URL: redis.url, PORT: String(port) });
    browser = new Browser(`http://127.0.0.1:${port}`);
  });
  afterAll(() => redis.dispose());

  it('loses none of the clicks that two processes get at once, nor at a login', async () => {
    await browser.post('/click');
    const replies = await Promise.all(Array.from({ length: CLICKS }, () => browser.post('/click')));
    expect(new Set(replies.map((reply) => reply.json<Answer>().process)).size).toBe(2);

    const before = browser.clone();
    expect((await browser.post('/login', { user: 'ada' })).status).toBe(200);
    expect((await browser.get('/')).json()).toMatchObject({ user: 'ada', clicks: CLICKS + 1 });
    expect((await before.get('/')).json()).not.toHaveProperty('user');
  });

  it('logs out', async () => {
    expect((await browser.post('/logout')).status).toBe(200);
    expect((await browser.get('/')).json()).toMatchObject({ clicks: 0 });
  });

  it('ends with Ctrl-C', async () => {
    await expect(sample.interrupt()).resolves.toEqual({ code: 0, signal: null });
    await expect(browser.get('/')).rejects.toThrow('fetch failed');
  });

  it('says what to do where no Redis answers', async () => {
    const sample = runSample('06-redis', { REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    expect(await sample.exited).toEqual({ code: 1, signal: null });
    expect(sample.output()).toContain('docker compose up -d && npm run start:redis');
    expect(sample.output()).toContain('REDIS_URL=redis://host:6379 npm run start:redis');
  });
});
