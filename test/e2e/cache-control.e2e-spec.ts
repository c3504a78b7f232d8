import { Controller, Get, Header } from '@nestjs/common';
import { MemoryStore, minutes, Session } from 'nestjs-sessions';
import { TestApp } from '../support/test-app.js';

const SHARED = ['public', 'max-age=60, public', 's-maxage=60', 'Public', 's-maxage = 60'];

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

describe('Cache-Control of replies with a session cookie', () => {
  const start = Date.UTC(2030, 0, 1);
  let now = start;
  let shared = '';
  let app: TestApp;

  beforeEach(async () => {
    now = start;
    app = await TestApp.start({
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

  it.each(SHARED)('when it allows shared caching, a mere refresh of the cookie is left out: %s', async (value) => {
    shared = value;
    const visitor = app.browser();
    await visitor.get('/plain');
    now += minutes(10);

    const reply = await visitor.get('/shared');

    expect(reply.setCookies).toEqual([]);
    expect(reply.headers.get('cache-control')).toBe(value);
    expect(app.logs.matching(/Cache-Control/, 'warn')).toEqual([]);
  });

  it.each(SHARED)(
    'when it allows shared caching, a new session gets its cookie and one warning says so: %s',
    async (value) => {
      shared = value;

      const replies = [await app.browser().get('/shared'), await app.browser().get('/shared')];

      for (const reply of replies) {
        expect(reply.setCookies).toHaveLength(1);
        expect(reply.headers.get('cache-control')).toBe(value);
      }
      expect(app.logs.matching(/GET \/shared.*Cache-Control/, 'warn')).toHaveLength(1);
    },
  );

  it.each(['max-age=60', 'no-cache', 'private', 'x-public'])('which does not: %s', async (value) => {
    shared = value;
    const visitor = app.browser();
    await visitor.get('/plain');
    now += minutes(10);

    expect((await visitor.get('/shared')).setCookies).toHaveLength(1);
    expect(app.logs.matching(/Cache-Control/, 'warn')).toEqual([]);
  });
});
