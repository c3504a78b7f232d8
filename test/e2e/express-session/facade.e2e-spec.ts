import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { minutes, Session, type Session as OurSession, type SessionsModuleOptions } from 'nestjs-sessions';
import { expressSession, SESSION } from 'nestjs-sessions/express-session';
import { ManualClock } from 'nestjs-sessions/testing';
import { TestApp } from '../../support/http/test-app.js';

const ASYNCHRONOUS = ['save', 'regenerate', 'destroy', 'reload'] as const;
type Asynchronous = (typeof ASYNCHRONOUS)[number];

type Callback = (error?: unknown) => void;

/** As `@types/express-session` declares it. */
interface TheirSession {
  [key: string]: unknown;
  id: string;
  cookie: { maxAge: number | null; originalMaxAge: number | null; expires: Date | null; path: string };
  views?: number;
  save(callback?: Callback): unknown;
  regenerate(callback?: Callback): unknown;
  destroy(callback?: Callback): unknown;
  reload(callback?: Callback): unknown;
  touch(): unknown;
  resetMaxAge(): unknown;
  readonly req: unknown;
}

type TheirRequest = Omit<Request, 'session'> & { session: TheirSession; sessionID?: string };

@Controller()
class FacadeController {
  @Get('views')
  @Post('views')
  views(@Req() req: TheirRequest): object {
    req.session.views = (req.session.views ?? 0) + 1;
    return { views: req.session.views };
  }

  @Post('count')
  async count(@Req() req: TheirRequest): Promise<object> {
    const views = req.session.views ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 2));
    req.session.views = views + 1;
    return { views: req.session.views };
  }

  @Get('decorated')
  async decorated(@Session() session: OurSession): Promise<object> {
    const views = (session.get('views') as number | undefined) ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 2));
    session.set('views', views + 1);
    return { views: views + 1 };
  }

  @Get('keys')
  keys(@Req() req: TheirRequest): object {
    const session = req.session;
    Object.assign(session, { a: 1, size: 2, update: 'x', toString: 'own' });
    delete session['a'];
    session['b'] = { deep: 1 };
    const inLoop: string[] = [];
    for (const key in session) inLoop.push(key);
    return {
      inLoop,
      keys: Object.keys(session),
      spread: { ...session },
      json: JSON.parse(JSON.stringify(session)) as unknown,
      hasB: 'b' in session,
      hasSave: 'save' in session,
      hasA: 'a' in session,
      own: Object.hasOwn(session, 'b'),
      ownSave: Object.hasOwn(session, 'save'),
      described: Object.getOwnPropertyDescriptor(session, 'size'),
      ours: (session as unknown as { readonly [SESSION]: OurSession })[SESSION].get('size' as never) as unknown,
      isOneObject: req.session === session,
    };
  }

  @Post('chained/:method')
  chained(@Req() req: TheirRequest, @Res() res: Response, @Param('method') method: Asynchronous): void {
    const { session } = req;
    const answers: unknown[] = [session.touch(), session.resetMaxAge()];
    answers.push(session[method](() => res.json(answers.map((answer) => answer === session))));
  }

  @Post('awaited/:method')
  async awaited(@Req() { session }: TheirRequest, @Param('method') method: Asynchronous): Promise<object> {
    const answer = session[method]();
    return { isPromise: answer instanceof Promise, result: typeof (await answer) };
  }

  @Post('set/:key')
  set(@Req() req: TheirRequest, @Param('key') key: string): object {
    try {
      req.session[key] = 'value';
      return { set: true };
    } catch (error) {
      return { error: String(error) };
    }
  }

  @Get('cookie')
  cookie(@Req() req: TheirRequest): object {
    req.session.views = 1;
    const { maxAge, originalMaxAge, expires, path } = req.session.cookie;
    let refused = '';
    try {
      req.session.cookie.maxAge = 5;
    } catch (error) {
      refused = String(error);
    }
    return { maxAge, originalMaxAge, expires, isDate: expires instanceof Date, path, refused, id: req.session.id };
  }

  @Post('regenerate')
  regenerate(@Req() req: TheirRequest, @Res() res: Response): void {
    req.session['kept'] = 'before';
    const before = req.session;
    const idBefore = before.id;
    before.regenerate((error) => {
      before['late'] = true;
      res.json({
        error: error ?? null,
        isNewObject: req.session !== before,
        old: { ...before },
        fresh: { ...req.session },
        isNewId: req.session.id !== idBefore,
      });
    });
  }

  @Post('destroy')
  destroy(@Req() req: TheirRequest, @Res() res: Response): void {
    req.session.destroy((error) => {
      res.status(error === undefined ? 204 : 500).end();
    });
  }

  @Post('reload')
  async reload(@Req() req: TheirRequest): Promise<object> {
    req.session.views = 100;
    await req.session.reload();
    return { views: req.session.views ?? null };
  }

  @Post('regenerate-and-reload')
  async regenerateAndReload(@Req() req: TheirRequest): Promise<object> {
    await req.session.regenerate();
    req.session['late'] = true;
    await req.session.reload();
    return { ...req.session };
  }

  @Post('ours/:keys')
  ours(@Session() session: OurSession, @Param('keys') keys: string): void {
    for (const key of keys.split(',')) session.set(key, 'value');
  }

  /** What passport's keepSessionInfo does. */
  @Post('copy')
  async copy(@Req() req: TheirRequest): Promise<object> {
    const before = req.session;
    await before.regenerate();
    for (const key in before) req.session[key] = before[key];
    return { ...req.session };
  }

  @Post('throws')
  throws(@Req() req: TheirRequest): Promise<void> {
    return new Promise(() => {
      req.session.save(() => {
        throw new Error('in the callback');
      });
    });
  }

  @Post('no-callback/:method')
  noCallback(@Req() req: TheirRequest, @Param('method') method: Asynchronous): object {
    try {
      req.session[method]('then' as never);
      return { taken: true };
    } catch (error) {
      return { error: String(error) };
    }
  }

  @Post('marked')
  marked(@Req() req: TheirRequest): object {
    const { session } = req;
    const assigned = Symbol('assigned');
    const defined = Symbol('defined');
    const computed = Symbol('computed');
    Reflect.set(session, assigned, 1);
    Object.defineProperty(session, defined, { value: 2, configurable: true });
    Object.defineProperty(session, computed, { get: () => 3, configurable: true });
    const marks = [assigned, defined, computed].map((mark) => Reflect.get(session, mark) as unknown);
    return { marks, data: { ...session } };
  }

  @Post('defined')
  defined(@Req() req: TheirRequest): object {
    Object.defineProperty(req.session, 'views', { value: 7 });
    let refused = '';
    try {
      Object.defineProperty(req.session, 'later', { get: () => 8 });
    } catch (error) {
      refused = String(error);
    }
    return { refused };
  }

  @Post('replaced')
  async replaced(@Req() req: TheirRequest): Promise<object> {
    const before = req.session;
    await before.regenerate();
    req.session.views = 1;
    delete before.views;
    return { before: { ...before }, now: { ...req.session } };
  }

  @Get('its-request')
  itsRequest(@Req() req: TheirRequest): object {
    return { isIts: req.session.req === req };
  }

  @Get('nothing')
  nothing(): object {
    return {};
  }
}

describe('req.session in the manner of express-session', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ controllers: [FacadeController], sessions: { compatibility: expressSession() } });
  });

  afterAll(() => app.close());

  it.each(ASYNCHRONOUS)(
    'answers with itself where a callback is given, so that calls can be chained: %s()',
    async (method) => {
      expect((await app.browser().post(`/chained/${method}`)).json()).toEqual([true, true, true]);
    },
  );

  it.each(ASYNCHRONOUS)('answers with a promise of nothing where none is given: %s()', async (method) => {
    const reply = await app.browser().post(`/awaited/${method}`);

    expect(reply.json()).toEqual({ isPromise: true, result: 'undefined' });
  });

  it('counts views by property', async () => {
    const browser = app.browser();

    const replies = [await browser.get('/views'), await browser.get('/views'), await browser.get('/views')];

    expect(replies.map((reply) => reply.json())).toEqual([{ views: 1 }, { views: 2 }, { views: 3 }]);
  });

  it('has the data as its properties, and its members as no keys', async () => {
    const reply = await app.browser().get('/keys');

    const data = { size: 2, update: 'x', toString: 'own', b: { deep: 1 } };
    expect(reply.json()).toEqual({
      inLoop: Object.keys(data),
      keys: Object.keys(data),
      spread: data,
      json: data,
      hasB: true,
      hasSave: true,
      hasA: false,
      own: true,
      ownSave: false,
      described: { value: 2, writable: true, enumerable: true, configurable: true },
      ours: 2,
      isOneObject: true,
    });
  });

  it.each(['save', 'cookie', 'id', '__proto__'])('refuses data under %s', async (key) => {
    const reply = await app.browser().post(`/set/${key}`);

    expect(reply.json<{ error: string }>().error).toContain(`session.${key}`);
  });

  it.each(['toString', 'constructor'])('takes data under %s, which every object inherits', async (key) => {
    const browser = app.browser();

    expect((await browser.post(`/set/${key}`)).json()).toEqual({ set: true });
    expect((await browser.post('/copy')).json()).toEqual({ [key]: 'value' });
  });

  it('shows the cookie, and refuses to change it', async () => {
    const reply = await app.browser().get('/cookie');

    expect(reply.json()).toMatchObject({ originalMaxAge: 3_600_000, isDate: true, path: '/' });
    expect(reply.json<{ refused: string }>().refused).toMatch(
      /^TypeError: session\.cookie\.maxAge cannot be set.*: write timeout .*, or cookie\.persistent: false/,
    );
  });

  it.each(ASYNCHRONOUS)(
    'refuses what is no callback at once, where express-session would fail later: %s()',
    async (method) => {
      const reply = await app.browser().post(`/no-callback/${method}`);

      expect(reply.json<{ error: string }>().error).toMatch(`TypeError: session.${method}() takes a callback`);
    },
  );

  it('keeps what libraries mark it with under symbols, which is none of its data', async () => {
    expect((await app.browser().post('/marked')).json()).toEqual({ marks: [1, 2, 3], data: {} });
  });

  it('stores what is defined as what is assigned, and refuses accessors', async () => {
    const browser = app.browser();

    const reply = await browser.post('/defined');

    expect(reply.json<{ refused: string }>().refused).toMatch(/session\.later must have a value/);
    expect((await browser.get('/views')).json()).toEqual({ views: 8 });
  });

  it('that was replaced loses what is deleted from it, and the session does not', async () => {
    const browser = app.browser();
    await browser.get('/views');

    expect((await browser.post('/replaced')).json()).toEqual({ before: {}, now: { views: 1 } });
  });

  it('knows its request', async () => {
    expect((await app.browser().get('/its-request')).json()).toEqual({ isIts: true });
  });

  it('calls back after regenerate(): a new object without the data; the old one keeps what it had', async () => {
    const browser = app.browser();
    await browser.get('/views');
    const before = browser.cookieHeader;

    const reply = await browser.post('/regenerate');

    expect(reply.json()).toMatchObject({
      error: null,
      isNewObject: true,
      old: { views: 1, kept: 'before', late: true },
      fresh: {},
      isNewId: true,
    });
    expect(app.logs.matching(/take request.session again/)).toHaveLength(1);
    expect((await browser.get('/views')).json()).toEqual({ views: 1 });
    expect(browser.cookieHeader).not.toBe(before);
  });

  it('calls back after destroy(), and the cookie is gone', async () => {
    const browser = app.browser();
    await browser.get('/views');

    expect((await browser.post('/destroy')).status).toBe(204);
    expect(browser.cookieHeader).toBe('');
  });

  it('reads again with reload()', async () => {
    const browser = app.browser();
    await browser.get('/views');

    expect((await browser.post('/reload')).json()).toEqual({ views: 1 });
  });

  it('reads nothing of the old session with reload() after regenerate()', async () => {
    const browser = app.browser();
    await browser.get('/views');

    expect((await browser.post('/regenerate-and-reload')).json()).toEqual({});
    expect((await browser.get('/views')).json()).toEqual({ views: 1 });
  });

  it.each(['save', 'cookie', 'id', 'destroy', 'req', '__proto__'])(
    'hides what is stored under %s: everything can be copied',
    async (key) => {
      const browser = app.browser();
      await browser.get('/views');
      await browser.post(`/ours/${key}`);

      expect((await browser.post('/copy')).json()).toEqual({ views: 1 });
      expect(app.logs.matching(/seen by req.session\[SESSION\].get\(\) alone/).length).toBe(1);
    },
  );

  it('answers what a callback throws by the filters of the application', async () => {
    const browser = app.browser();
    await browser.get('/views');

    expect((await browser.post('/throws')).status).toBe(500);
    expect((await browser.get('/nothing')).status).toBe(200);
  });

  it('loses no update of thirty parallel POSTs in a handler without decorator', async () => {
    const browser = app.browser();
    await browser.get('/views');

    const replies = await Promise.all(Array.from({ length: 30 }, () => browser.clone().post('/count')));

    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    expect((await browser.get('/views')).json()).toEqual({ views: 32 });
  });

  it('loses no update of thirty parallel GETs whose handler takes the session by the decorator', async () => {
    const browser = app.browser();
    await browser.get('/views');

    await Promise.all(Array.from({ length: 30 }, () => browser.clone().get('/decorated')));

    expect((await browser.get('/views')).json()).toEqual({ views: 32 });
  });

  it('sets no cookie for who only looks', async () => {
    const reply = await app.browser().get('/nothing');

    expect(reply.setCookies).toEqual([]);
  });
});

describe('The cookie of req.session', () => {
  @Controller()
  class CookieController {
    @Post('begin') begin(@Req() { session }: TheirRequest): object {
      session.views = 1;
      return session.cookie;
    }

    @Get('cookie') cookie(@Req() { session }: TheirRequest): object {
      return session.cookie;
    }
  }

  async function start(options: SessionsModuleOptions): Promise<TestApp> {
    return TestApp.start({
      controllers: [CookieController],
      sessions: { compatibility: expressSession(), ...options },
    });
  }

  it.each(['strict', false] as const)('has what the options say of it: sameSite: %s', async (sameSite) => {
    const cookie = { path: '/shop', httpOnly: false, secure: 'auto', sameSite } as const;
    const app = await start({ cookie });

    const reply = await app.browser().post('/begin');

    await app.close();
    expect(reply.json()).toMatchObject(cookie);
  });

  it('has null for all its times where it ends with the browser', async () => {
    const app = await start({ cookie: { persistent: false } });

    const reply = await app.browser().post('/begin');

    await app.close();
    expect(reply.json()).toMatchObject({ maxAge: null, originalMaxAge: null, expires: null });
  });

  it('says how long the session still lives', async () => {
    const clock = new ManualClock();
    const app = await start({ clock, timeout: minutes(60) });
    const browser = app.browser();

    const first = await browser.post('/begin');
    const expires = new Date(clock.now() + minutes(60)).toISOString();
    clock.advance(minutes(2));
    const later = await browser.get('/cookie');

    await app.close();
    expect(first.json()).toMatchObject({ maxAge: minutes(60), originalMaxAge: minutes(60), expires });
    expect(later.json()).toMatchObject({ maxAge: minutes(58), originalMaxAge: minutes(60), expires });
  });
});

describe('Data under names that req.session has taken', () => {
  it('are told to the log in one line that names them, and others are not', async () => {
    const app = await TestApp.start({ controllers: [FacadeController], sessions: { compatibility: expressSession() } });
    const browser = app.browser();
    await browser.get('/views');
    await browser.get('/views');
    expect(app.logs.matching(/./, 'warn')).toEqual([]);

    for (const path of ['/ours/save,cookie', '/copy']) await browser.post(path);

    await app.close();
    expect(app.logs.matching(/Sessions hold data under save, cookie, which are no keys/, 'warn')).toHaveLength(1);
  });
});
