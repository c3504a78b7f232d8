import { Controller, Get, InternalServerErrorException, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { TestApp } from '../support/http/test-app.js';

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('body') body(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'body');
    response.end(42);
  }

  @Get('status') status(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'status');
    response.statusCode = 99;
    response.end('no such status');
  }

  @Get('reason') reason(@Session() session: Session, @Res({ passthrough: true }) response: Response): string {
    session.set('found', 'reason');
    response.statusMessage = 'two\nlines';
    return 'no such reason';
  }

  @Get('throws') throws(@Session() session: Session): never {
    session.set('found', 'throws');
    throw new InternalServerErrorException();
  }

  @Get('fails-by-hand') fails(@Session() session: Session, @Res({ passthrough: true }) response: Response): void {
    session.set('found', 'fails by hand');
    response.status(502);
  }

  @Get('found') found(@Session() session: Session): unknown {
    return { found: session.get('found') };
  }
}

const broken = (): boolean => {
  throw new Error('the application’s own mistake');
};

describe('A response that Node refuses when its time has come', () => {
  let app: TestApp;
  let visitor: Browser;
  const get = (path: string) => visitor.get(path, { signal: AbortSignal.timeout(5_000) });

  beforeEach(async () => {
    app = await TestApp.start({ controllers: [Pages] });
    visitor = app.browser();
  });
  afterEach(() => app.close());

  it.each(['body', 'status', 'reason'])('is an error, with the cookie of what is stored: %s', async (path) => {
    const { status, setCookies } = await get(`/${path}`);
    expect([status, setCookies.length]).toEqual([500, 1]);
    expect((await get('/found')).json()).toEqual({ found: path });
  });
});

describe('commitOnError that throws', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await TestApp.start({ controllers: [Pages], sessions: { commitOnError: broken } });
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
