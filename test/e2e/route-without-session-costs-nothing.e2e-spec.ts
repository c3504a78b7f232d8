import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { Session } from 'nestjs-sessions';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('visit') visit(@Session() session: Session): void {
    session.set('visits', 1);
  }

  @Get('public') show(): string {
    return 'public';
  }

  @Get('search') search(@Query('word') word: string): string {
    return word;
  }

  @Post('echo') echo(@Body() body: object): object {
    return body;
  }
}

const interceptorsOf = (handler: object): unknown[] =>
  (Reflect.getMetadata(INTERCEPTORS_METADATA, handler) ?? []) as unknown[];

describe.each(PLATFORMS)('A route that does not take the session, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store } });
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/public'],
    ['GET', '/search?word=x'],
    ['POST', '/echo'],
    ['HEAD', '/public'],
    ['OPTIONS', '/public'],
    ['GET', '/nowhere'],
  ])('does not access the store, and its response does not depend on the cookie: %s %s', async (method, path) => {
    const visitor = app.browser();
    await visitor.get('/visit');
    expect(visitor.cookies.size).toBe(1);
    store.takeCalls();

    const reply = await visitor.request(path, { method, ...(method === 'POST' ? { body: {} } : {}) });

    expect(store.takeCalls()).toEqual([]);
    expect(reply.setCookies).toEqual([]);
    expect(reply.headers.get('vary')).toBeNull();
    expect(reply.headers.get('cache-control')).toBeNull();
  });

  it('has no interceptor, and the one that takes the session has exactly one, however often it was mounted', async () => {
    const second = await TestApp.start({ platform, controllers: [Pages] });
    await second.close();

    expect(interceptorsOf(Pages.prototype.visit)).toHaveLength(1);
    expect(interceptorsOf(Pages.prototype.show)).toHaveLength(0);
    expect(interceptorsOf(Pages.prototype.search)).toHaveLength(0);
    expect(interceptorsOf(Pages.prototype.echo)).toHaveLength(0);
    expect(interceptorsOf(Pages)).toHaveLength(0);
  });
});
