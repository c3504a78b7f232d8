import { Controller, Get, Header } from '@nestjs/common';
import { MemoryStore, minutes, Session } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

/** What the application sets, and what is sent with a session cookie. */
const SHARED = [
  ['public', 'private'],
  ['max-age=60, public', 'private, max-age=60'],
  ['s-maxage=60', 'private'],
  ['Public, max-age=0', 'private, max-age=0'],
  ['s-maxage = 60, must-revalidate', 'private, must-revalidate'],
  ['proxy-revalidate', 'private'],
  ['max-age=60', 'private, max-age=60'],
  ['max-age=60, , public,', 'private, max-age=60'],
  ['no-cache', 'private, no-cache'],
  ['x-public, public-x', 'private, x-public, public-x'],
  ['x-private', 'private, x-private'],
  // A shared cache may keep all but this field.
  ['private="x-own"', 'private, private="x-own"'],
] as const;

@Controller()
class Pages {
  @Get('plain') plain(@Session() session: Session): unknown {
    return session.setDefault('name', 'ann');
  }

  @Get('read') read(@Session() session: Session): boolean {
    return session.has('name');
  }

  @Get('own')
  @Header('Cache-Control', 'private, max-age=60')
  own(@Session() session: Session): unknown {
    return session.setDefault('name', 'ann');
  }

  @Get('shared') shared(@Session() session: Session): unknown {
    return session.setDefault('name', 'ann');
  }

  @Get('logout') logout(@Session() session: Session): Promise<void> {
    return session.destroy();
  }
}

describe.each(PLATFORMS)('Cache-Control of replies with a session cookie, on %s', (platform) => {
  const start = Date.UTC(2030, 0, 1);
  let now = start;
  let shared = '';
  let app: TestApp;

  beforeEach(async () => {
    now = start;
    app = await TestApp.start({
      platform,
      controllers: [Pages],
      sessions: { store: new MemoryStore(), clock: { now: () => now } },
      configure: (nest) =>
        nest.use(
          '/shared',
          (_: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
            response.setHeader('Cache-Control', shared);
            next();
          },
        ),
    });
  });
  afterEach(() => app.close());

  it('is no-store when a session begins, is refreshed and ends', async () => {
    const visitor = app.browser();
    expect((await visitor.get('/plain')).headers.get('cache-control')).toBe('no-store');

    now += minutes(10);
    const refreshed = await visitor.get('/plain');
    expect(refreshed.setCookies).toHaveLength(1);
    expect(refreshed.headers.get('cache-control')).toBe('no-store');

    expect((await visitor.get('/logout')).headers.get('cache-control')).toBe('no-store');
  });

  it('is not touched when no cookie is sent', async () => {
    const visitor = app.browser();
    await visitor.get('/plain');

    expect((await visitor.get('/plain')).headers.get('cache-control')).toBeNull();
    expect((await app.browser().get('/read')).headers.get('cache-control')).toBeNull();
  });

  it('is what the application set', async () => {
    const reply = await app.browser().get('/own');

    expect(reply.setCookies).toHaveLength(1);
    expect(reply.headers.get('cache-control')).toBe('private, max-age=60');
  });

  describe.each(SHARED)('that allows shared caching: %s', (value, privately) => {
    beforeEach(() => {
      shared = value;
    });

    it('becomes private in the reply that begins a session', async () => {
      const reply = await app.browser().get('/shared');

      expect(reply.setCookies).toHaveLength(1);
      expect(reply.headers.get('cache-control')).toBe(privately);
    });

    it('becomes private in the reply that refreshes the cookie, and in no other', async () => {
      const visitor = app.browser();
      await visitor.get('/plain');
      now += minutes(10);

      const [refreshed, next] = [await visitor.get('/shared'), await visitor.get('/shared')];

      expect([refreshed.setCookies.length, refreshed.headers.get('cache-control')]).toEqual([1, privately]);
      expect([next.setCookies.length, next.headers.get('cache-control')]).toEqual([0, value]);
    });
  });

  it.each(['private', 'private, max-age=60', 'no-store', 'Private'])('that allows none stays: %s', async (value) => {
    shared = value;

    const reply = await app.browser().get('/shared');

    expect([reply.setCookies.length, reply.headers.get('cache-control')]).toEqual([1, value]);
  });
});
