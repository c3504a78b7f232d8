import { Browser } from '../support/http/browser.js';
import { freePort } from '../support/servers/free-port.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { runSample, type Sample, startSample } from '../support/processes/sample.js';

const ITEMS = 40;

interface Answer {
  readonly cart: readonly string[];
  readonly process: number;
}

describe('The sample on memcached', () => {
  let memcached: MemcachedServer;
  let sample: Sample;
  let browser: Browser;
  beforeAll(async () => {
    memcached = await MemcachedServer.start();
    const port = await freePort();
    sample = await startSample('03-memcached', { MEMCACHED_SERVERS: memcached.address, PORT: String(port) });
    browser = new Browser(`http://127.0.0.1:${port}`);
  });
  afterAll(() => memcached.stop());

  it('loses none of the items that two processes get at once', async () => {
    const items = Array.from({ length: ITEMS }, (_, index) => `item ${index}`);
    await browser.post('/cart', { item: 'the first' });

    const replies = await Promise.all(items.map((item) => browser.post('/cart', { item })));
    const { cart } = (await browser.get('/cart')).json<Answer>();

    expect(new Set(replies.map((reply) => reply.json<Answer>().process)).size).toBe(2);
    expect(cart.toSorted()).toEqual([...items, 'the first'].toSorted());
  });

  it('starts a new cart when memcached was restarted', async () => {
    await browser.post('/cart', { item: 'tea' });
    await memcached.stop();
    expect((await browser.get('/cart')).status).toBe(503);

    await memcached.start();
    expect((await browser.post('/cart', { item: 'coffee' })).json()).toMatchObject({ cart: ['coffee'] });
  });

  it('ends with Ctrl-C', async () => {
    await expect(sample.interrupt()).resolves.toEqual({ code: 0, signal: null });
    await expect(browser.get('/cart')).rejects.toThrow('fetch failed');
  });

  it('says what to do where no memcached answers', async () => {
    const sample = runSample('03-memcached', { MEMCACHED_SERVERS: `127.0.0.1:${await freePort()}` });

    await expect(sample.exited).resolves.toEqual({ code: 1, signal: null });
    expect(sample.output()).toContain('memcached cannot be reached: Error: connect ECONNREFUSED 127.0.0.1:');
    expect(sample.output()).toContain('docker compose up -d && npm run start:memcached');
    expect(sample.output()).toContain('MEMCACHED_SERVERS=host:11211 npm run start:memcached');
  });
});
