import { All, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MemoryStore, type SessionObject } from 'nestjs-sessions';
import { expressSession, SESSION } from 'nestjs-sessions/express-session';
import { Gate } from '../../support/basics/gate.js';
import type { Browser } from '../../support/http/browser.js';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

interface Data extends Record<string, unknown> {
  readonly [SESSION]: SessionObject;
  regenerate(): Promise<void>;
  destroy(): Promise<void>;
}

const dataOf = (req: Request): Data => req.session as unknown as Data;
const count = (req: Request): void => {
  const data = dataOf(req);
  data['n'] = ((data['n'] as number | undefined) ?? 0) + 1;
};

/** At which a slow request waits, by the key that it is going to change. */
let gates: Readonly<Record<string, Gate>>;

@Controller()
class PromisesController {
  @Get('data')
  data(@Req() req: Request): object {
    return { ...dataOf(req) };
  }

  @Post('count')
  count(@Req() req: Request): object {
    count(req);
    return {};
  }

  @Post('in-a-timer')
  inTimer(@Req() req: Request, @Res() res: Response): void {
    setTimeout(() => {
      count(req);
      setTimeout(() => res.json({}), 1);
    }, 1);
  }

  @Post('in-a-redirect')
  inRedirect(@Req() req: Request, @Res() res: Response): void {
    count(req);
    res.redirect('/data');
  }

  @Post('fails')
  fails(@Req() req: Request): never {
    count(req);
    throw new Error('after the change');
  }

  @Post('unserialisable')
  unserialisable(@Req() req: Request): unknown {
    count(req);
    return { id: 10n };
  }

  /** Not locked: it is a GET. */
  @Get('slow/:key')
  async slow(@Req() req: Request): Promise<object> {
    const key = String(req.params['key']);
    await gates[key]?.pass();
    dataOf(req)[key] = true;
    return {};
  }

  @All('locked')
  locked(@Req() req: Request, @Res({ passthrough: true }) res: Response): object {
    res.header('X-Locked', String(dataOf(req)[SESSION].locked));
    return {};
  }

  @Post('login')
  async login(@Req() req: Request): Promise<object> {
    await dataOf(req).regenerate();
    dataOf(req)['user'] = 'ann';
    return {};
  }

  @Post('logout')
  async logout(@Req() req: Request): Promise<void> {
    await dataOf(req).destroy();
  }
}

describe('With req.session in the manner of express-session', () => {
  let store: ObservedStore;
  let app: TestApp;
  let browser: Browser;

  const data = async (): Promise<unknown> => (await browser.get('/data')).json();

  beforeEach(async () => {
    gates = { a: new Gate(), b: new Gate() };
    store = new ObservedStore(new MemoryStore());
    app = await TestApp.start({
      controllers: [PromisesController],
      sessions: { store, compatibility: expressSession() },
    });
    browser = app.browser();
    await browser.post('/count');
  });

  afterEach(() => app.close());

  it.each(['count', 'in-a-timer', 'in-a-redirect'])('thirty parallel updates are thirty: %s', async (route) => {
    await Promise.all(Array.from({ length: 30 }, () => browser.clone().post(`/${route}`)));

    expect(await data()).toEqual({ n: 31 });
  });

  it.each(['fails', 'unserialisable'])(
    'a request that ends in a 500 stores nothing and sets no cookie: %s',
    async (route) => {
      const stranger = app.browser();

      expect((await browser.post(`/${route}`)).status).toBe(500);
      expect(await stranger.post(`/${route}`)).toMatchObject({ status: 500, setCookies: [] });
      expect(await data()).toEqual({ n: 1 });
    },
  );

  it('a reply in a timer that could not be stored is a 503', async () => {
    store.before('update', () => Promise.reject(new Error('the disk is full')));

    expect((await browser.post('/in-a-timer')).status).toBe(503);
    store.mend();
    expect(await data()).toEqual({ n: 1 });
  });

  it.each([
    ['GET', 'false'],
    ['HEAD', 'false'],
    ['OPTIONS', 'false'],
    ['POST', 'true'],
    ['PUT', 'true'],
    ['PATCH', 'true'],
    ['DELETE', 'true'],
  ])('a request is locked when it arrives, unless its method changes nothing: %s', async (method, locked) => {
    expect((await browser.request('/locked', { method })).headers.get('x-locked')).toBe(locked);
  });

  it('requests without the lock that change different keys never undo each other', async () => {
    const slow = [browser.clone().get('/slow/a'), browser.clone().get('/slow/b')];
    await Promise.all([gates['a']?.reached, gates['b']?.reached]);
    gates['a']?.open();
    gates['b']?.open();
    await Promise.all(slow);

    expect(await data()).toEqual({ n: 1, a: true, b: true });
  });

  it('a logout is final: what was under way is answered with 409', async () => {
    const underWay = browser.clone();
    const slow = underWay.get('/slow/a');
    await gates['a']?.reached;
    expect((await browser.post('/logout')).status).toBe(201);
    gates['a']?.open();

    expect(await slow).toMatchObject({ status: 409, setCookies: [] });
    expect((await underWay.get('/data')).json()).toEqual({});
  });

  it('the old id of a login leads nowhere', async () => {
    const old = browser.clone();
    await browser.post('/login');

    expect(await data()).toEqual({ user: 'ann' });
    expect((await old.get('/data')).json()).toEqual({});
  });
});
