import { Module, type INestApplication } from '@nestjs/common';
import express, { type NextFunction, type Request, type Response } from 'express';
import { expressSession } from 'nestjs-sessions/express-session';
import { TestApp } from '../../support/http/test-app.js';

interface TheirSession {
  views?: Record<string, number>;
  user?: string | null;
  regenerate(callback: (error?: unknown) => void): void;
  save(callback: (error?: unknown) => void): void;
}

const sessionOf = (req: Request): TheirSession => req.session as unknown as TheirSession;

/* The two examples that express-session documents, written for its types. */

function countViews(nest: INestApplication): void {
  const app = nest.getHttpAdapter().getInstance() as express.Express;

  app.use(function (req, _res, next) {
    const session = sessionOf(req);
    session.views ??= {};
    session.views[req.path] = (session.views[req.path] ?? 0) + 1;
    next();
  });

  app.get('/foo', function (req, res) {
    res.send(`you viewed this page ${sessionOf(req).views?.['/foo']} times`);
  });

  app.get('/id', function (req, res) {
    res.send((req as unknown as { sessionID: string }).sessionID);
  });
}

function logIn(nest: INestApplication): void {
  const app = nest.getHttpAdapter().getInstance() as express.Express;

  function isAuthenticated(req: Request, _res: Response, next: NextFunction): void {
    if (sessionOf(req).user) next();
    else next('route');
  }

  app.get('/', isAuthenticated, function (req, res) {
    res.send(`hello, ${sessionOf(req).user}! <a href="/logout">Logout</a>`);
  });

  app.get('/', function (_req, res) {
    res.send('<form action="/login" method="post"></form>');
  });

  app.post('/login', express.urlencoded({ extended: false }), function (req, res, next) {
    sessionOf(req).regenerate(function (err) {
      if (err) next(err);
      sessionOf(req).user = (req.body as { user: string }).user;
      sessionOf(req).save(function (err) {
        if (err) next(err);
        else res.redirect('/');
      });
    });
  });

  app.get('/logout', function (req, res, next) {
    sessionOf(req).user = null;
    sessionOf(req).save(function (err) {
      if (err) next(err);
      sessionOf(req).regenerate(function (err) {
        if (err) next(err);
        res.redirect('/');
      });
    });
  });
}

@Module({})
class NothingModule {}

describe('The examples of express-session', () => {
  let app: TestApp;

  async function start(configure: (nest: INestApplication) => void): Promise<void> {
    app = await TestApp.start({
      imports: [NothingModule],
      sessions: { compatibility: expressSession(), secret: 'keyboard cat' },
      configure,
    });
  }

  afterEach(() => app.close());

  it('count the views of each page', async () => {
    await start(countViews);
    const browser = app.browser();

    expect((await browser.get('/foo')).text).toBe('you viewed this page 1 times');
    expect((await browser.get('/foo')).text).toBe('you viewed this page 2 times');
    const id = (await browser.get('/id')).text;
    expect(decodeURIComponent(browser.cookies.get('session_id')!)).toContain(id);
  });

  it('log a user in and out', async () => {
    await start(logIn);
    const browser = app.browser();
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, method: 'POST' };

    expect((await browser.get('/')).text).toContain('<form');
    const login = await fetch(`${app.url}/login`, { ...form, redirect: 'manual', body: 'user=ann' });
    browser.cookies.set('session_id', login.headers.getSetCookie()[0]!.split(';')[0]!.split('=')[1]!);
    const old = browser.clone();
    expect([login.status, login.headers.get('location')]).toEqual([302, '/']);
    expect((await browser.get('/')).text).toContain('hello, ann!');

    expect((await browser.get('/logout')).status).toBe(302);
    expect((await browser.get('/')).text).toContain('<form');
    expect((await old.get('/')).text).toContain('<form');
  });
});
