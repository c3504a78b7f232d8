import { Controller, Get, Post, Req, Res, type INestApplication } from '@nestjs/common';
import flash from 'connect-flash';
import cookieParser from 'cookie-parser';
import { doubleCsrf } from 'csrf-csrf';
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler, Response } from 'express';
import { expressSession } from 'nestjs-sessions/express-session';
import { TestApp } from '../../support/http/test-app.js';

const synchronised = csrfSync();
const doubled = doubleCsrf({
  getSecret: () => 'a secret of the application',
  getSessionIdentifier: ({ session }) => (session as unknown as { id: string }).id,
  cookieName: 'csrf',
  cookieOptions: { secure: false },
});

interface Flashing {
  flash(type: string, message?: string): string[] | number;
}

@Controller()
class PackagesController {
  @Post('flash')
  put(@Req() req: Flashing, @Res() res: Response): void {
    req.flash('info', 'saved');
    req.flash('info', 'twice');
    res.redirect('/flash');
  }

  @Get('flash')
  read(@Req() req: Flashing): unknown {
    return req.flash('info');
  }

  @Get('token')
  token(@Req() req: Request): object {
    return { token: synchronised.generateToken(req) };
  }

  @Post('synchronised')
  guarded(): object {
    return { done: true };
  }

  @Get('double')
  double(@Req() req: Request, @Res({ passthrough: true }) res: Response): object {
    (req.session as unknown as { visited: boolean }).visited = true;
    return { token: doubled.generateCsrfToken(req, res) };
  }

  @Post('doubled')
  doubled(): object {
    return { done: true };
  }
}

describe('Packages that were made for express-session', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      controllers: [PackagesController],
      sessions: { compatibility: expressSession() },
      configure: (nest: INestApplication) => {
        nest.use(cookieParser());
        nest.use(flash());
        nest.use('/synchronised', synchronised.csrfSynchronisedProtection);
        nest.use('/doubled', doubled.doubleCsrfProtection as RequestHandler);
      },
    });
  });

  afterAll(() => app.close());

  it('connect-flash shows a message once, on the page that a redirect leads to', async () => {
    const browser = app.browser();

    expect((await browser.post('/flash')).headers.get('location')).toBe('/flash');
    expect((await browser.get('/flash')).json()).toEqual(['saved', 'twice']);
    expect((await browser.get('/flash')).json()).toEqual([]);
  });

  it('csrf-sync lets pass who has the token of the session, and nobody else', async () => {
    const browser = app.browser();
    const { token } = (await browser.get('/token')).json<{ token: string }>();
    const send = (value: string) => browser.post('/synchronised', undefined, { headers: { 'x-csrf-token': value } });

    expect((await send(token)).status).toBe(201);
    expect((await send('made-up')).status).toBe(403);
    expect((await app.browser().post('/synchronised')).status).toBe(403);
  });

  it('csrf-csrf binds its tokens to the id of the session', async () => {
    const browser = app.browser();
    const { token } = (await browser.get('/double')).json<{ token: string }>();
    const headers = { 'x-csrf-token': token };
    const thief = app.browser();
    await thief.get('/double');
    thief.cookies.set('csrf', browser.cookies.get('csrf')!);

    expect((await browser.post('/doubled', undefined, { headers })).status).toBe(201);
    expect((await thief.post('/doubled', undefined, { headers })).status).toBe(403);
  });
});
