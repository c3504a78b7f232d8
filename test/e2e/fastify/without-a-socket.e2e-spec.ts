import { spawnApp, type SpawnedApp } from '../../support/processes/spawn-app.js';
import type { Injected, InjectedReply } from '../apps/injected.app.js';

describe('An application that is asked by inject(), without a socket', () => {
  let child: SpawnedApp;
  let cookie: string;
  let asked = 0;

  beforeAll(async () => {
    child = await spawnApp(new URL('../apps/injected.app.ts', import.meta.url));
    child.process.setMaxListeners(0);
  });
  beforeEach(async () => {
    cookie = '';
    const { setCookie } = await ask('/count');
    [cookie = ''] = setCookie.split(';');
  });
  afterAll(async () => {
    child.process.kill();
    await child.exited;
  });

  function ask(url: string, isFailing = false): Promise<InjectedReply> {
    const n = ++asked;
    return new Promise((resolve, reject) => {
      const listen = (reply: InjectedReply): void => {
        if (reply.n === n) {
          child.process.off('message', listen);
          resolve(reply);
        }
      };
      child.process.on('message', listen);
      child.exited.then(() => reject(new Error(child.output())), reject);
      child.process.send({ n, url, cookie, isFailing } satisfies Injected);
    });
  }

  it('sets the cookie of a first visit, and knows it again', async () => {
    expect(cookie).toMatch(/^session_id=[\w-]{43}$/);
    expect(await ask('/count')).toMatchObject({ status: 200, text: '{"n":2}', setCookie: '' });
  });

  it('loses none of thirty parallel counts', async () => {
    await Promise.all(Array.from({ length: 30 }, () => ask('/count')));

    expect((await ask('/n')).text).toBe('{"n":31}');
  });

  it.each([
    ['/redirect', 302],
    ['/hijack', 200],
    ['/file', 200],
  ])('has stored what it has answered: %s', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
    expect((await ask('/n')).text).toBe('{"n":2}');
  });

  it.each(['/count', '/redirect', '/hijack'])('answers a failed commit by an error: %s', async (path) => {
    expect(await ask(path, true)).toMatchObject({ status: 503, text: expect.stringContaining('"statusCode":503') });

    expect((await ask('/n')).text).toBe('{"n":1}');
  });

  it('cuts a stream whose commit fails', async () => {
    expect(await ask('/file', true)).toMatchObject({
      status: 'cut',
      text: expect.stringContaining('response destroyed before completion'),
    });

    expect((await ask('/n')).text).toBe('{"n":1}');
  });
});
