import { Controller, Get, InternalServerErrorException, Res } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import type { Browser } from '../support/http/browser.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('body') body(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'body');
    nodeResponse(reply).end(42);
  }

  @Get('status') status(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'status');
    nodeResponse(reply).statusCode = 99;
    nodeResponse(reply).end('no such status');
  }

  @Get('reason') reason(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): string {
    session.set('found', 'reason');
    nodeResponse(reply).statusMessage = 'two\nlines';
    return 'no such reason';
  }

  @Get('throws') throws(@Session() session: Session): never {
    session.set('found', 'throws');
    throw new InternalServerErrorException();
  }

  @Get('fails-by-hand') fails(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): void {
    session.set('found', 'fails by hand');
    reply.status(502);
  }

  @Get('found') found(@Session() session: Session): unknown {
    return { found: session.get('found') };
  }
}

const broken = (): boolean => {
  throw new Error('the application’s own mistake');
};

describe.each(PLATFORMS)('A response that Node refuses when its time has come, on %s', (platform) => {
  let app: TestApp;
  let visitor: Browser;
  const get = (path: string) => visitor.get(path, { signal: AbortSignal.timeout(5_000) });

  beforeEach(async () => {
    app = await TestApp.start({ platform, controllers: [Pages] });
    visitor = app.browser();
  });
  afterEach(() => app.close());

  it.each(['body', 'status', 'reason'])('is an error, with the cookie of what is stored: %s', async (path) => {
    const { status, setCookies } = await get(`/${path}`);
    expect([status, setCookies.length]).toEqual([500, 1]);
    expect((await get('/found')).json()).toEqual({ found: path });
  });
});

describe.each(PLATFORMS)('commitOnError that throws, on %s', (platform) => {
  let app: TestApp;

  beforeEach(async () => {
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { commitOnError: broken } });
  });
  afterEach(() => app.close());

  it.each(['throws', 'fails-by-hand'])('counts as a refusal, and is logged: %s', async (path) => {
    const visitor = app.browser();
    await visitor.get('/start');
    const { status, setCookies } = await visitor.get(`/${path}`, { signal: AbortSignal.timeout(5_000) });

    expect([status, setCookies]).toEqual([path === 'throws' ? 500 : 502, []]);
    expect((await visitor.get('/found')).json()).toEqual({ found: 'start' });
    expect(app.logs.matching(/commitOnError.*own mistake/, 'error')).toHaveLength(1);
  });
});
