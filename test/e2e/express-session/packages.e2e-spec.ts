import { Controller, Get, Post, Req, Res, type INestApplication } from '@nestjs/common';
import fastifyCookie from '@fastify/cookie';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import flash from 'connect-flash';
import cookieParser from 'cookie-parser';
import { doubleCsrf } from 'csrf-csrf';
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler, Response } from 'express';
import { expressSession } from 'nestjs-sessions/express-session';
import { beforeHandlers, onPath } from '../../support/http/before-handlers.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { TestApp } from '../../support/http/test-app.js';

const synchronised = csrfSync();
const doubled = doubleCsrf({
  getSecret: () => 'a secret of the application',
  getSessionIdentifier: ({ session }) => (session as unknown as { id: string }).id,
  cookieName: 'csrf',
  cookieOptions: { secure: false },
});

/** `request.cookies` and `response.cookie()`, which csrf-csrf needs. */
const readCookies = {
  express: (nest: INestApplication) => nest.use(cookieParser()),
  fastify: (nest: INestApplication) => (nest as NestFastifyApplication).register(fastifyCookie),
};

interface Flashing {
  flash(type: string, message?: string): string[] | number;
}

@Controller()
class PackagesController {
  @Post('flash')
  put(@Req() req: Flashing, @Res() res: Response): void {
    req.flash('info', 'saved');
    req.flash('info', 'twice');
    res.status(302).header('location', '/flash').send();
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

describe.each(PLATFORMS)('Packages that were made for express-session, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      platform,
      controllers: [PackagesController],
      sessions: { compatibility: expressSession() },
      configure: async (nest) => {
        await readCookies[platform](nest);
        beforeHandlers(
          nest,
          platform,
          flash(),
          onPath('/synchronised', synchronised.csrfSynchronisedProtection),
          onPath('/doubled', doubled.doubleCsrfProtection as RequestHandler),
        );
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
