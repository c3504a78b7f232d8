import { Browser } from '../support/http/browser.js';
import { freePort } from '../support/servers/free-port.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { type Sample, startSample } from '../support/processes/sample.js';

describe.each(['memory', 'memcached'])('The sample on cache-manager, in %s', (kept) => {
  let memcached: MemcachedServer | undefined;
  let env: Readonly<Record<string, string>>;
  let sample: Sample;
  let browser: Browser;
  beforeAll(async () => {
    memcached = kept === 'memcached' ? await MemcachedServer.shared() : undefined;
    const port = await freePort();
    env = { PORT: String(port), ...(memcached && { MEMCACHED_SERVER: memcached.address }) };
    sample = await startSample('04-cache-manager', env);
    browser = new Browser(`http://127.0.0.1:${port}`);
  });
  afterAll(() => memcached?.stop());

  it('counts visits, also those that come at once', async () => {
    await browser.get('/visits');
    await Promise.all(Array.from({ length: 20 }, () => browser.get('/visits')));

    expect((await browser.get('/visits')).json()).toEqual({ visits: 22 });
  });

  it('keeps answers of the application in the same cache, for all visitors', async () => {
    const mine = await browser.get('/rates');
    const another = await new Browser(browser.url).get('/rates');

    expect(another.json()).toEqual(mine.json());
  });

  it(`${kept === 'memory' ? 'loses' : 'keeps'} the session over a restart`, async () => {
    await sample.interrupt();
    sample = await startSample('04-cache-manager', env);

    expect((await browser.get('/visits')).json()).toEqual({ visits: kept === 'memory' ? 1 : 23 });
    await sample.interrupt();
  });
});
