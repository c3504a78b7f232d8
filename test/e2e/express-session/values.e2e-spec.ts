import { Controller, Get, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { MemoryStore } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { inspect } from 'node:util';
import type { Browser } from '../../support/http/browser.js';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

class Account {
  readonly since = new Date(0);
  constructor(readonly name: string) {}

  get greeting(): string {
    return `hello ${this.name}`;
  }
}

const dataOf = (req: Request): Record<string, unknown> => req.session as unknown as Record<string, unknown>;

const VALUES: Readonly<Record<string, () => unknown>> = {
  date: () => new Date(0),
  account: () => new Account('ann'),
  nested: () => ({ user: new Account('ann'), size: NaN }),
  map: () => new Map([[1, 2]]),
  function: () => () => 1,
  bigint: () => 1n,
  symbol: () => Symbol('value'),
  circle: () => {
    const circle: Record<string, unknown> = {};
    return Object.assign(circle, { circle });
  },
};

@Controller()
class ValuesController {
  @Post('set/:value')
  set(@Req() req: Request): object {
    dataOf(req)['value'] = VALUES[String(req.params['value'])]?.();
    return {};
  }

  @Post('try/:value')
  try(@Req() req: Request): object {
    try {
      dataOf(req)['value'] = VALUES[String(req.params['value'])]?.();
      return {};
    } catch (error) {
      return { error: String(error), isCaused: (error as Error).cause instanceof TypeError };
    }
  }

  @Post('greets')
  greets(@Req() req: Request): object {
    const account = new Account('ann');
    dataOf(req)['account'] = account;
    return { isTheSame: dataOf(req)['account'] === account, greeting: account.greeting };
  }

  @Post('deep')
  deep(@Req() req: Request): object {
    const cart: Record<string, unknown> = {};
    dataOf(req)['cart'] = cart;
    cart['at'] = new Date(0);
    return {};
  }

  @Get('data')
  data(@Req() req: Request): object {
    return { ...dataOf(req) };
  }

  @Get('printed')
  printed(@Req() req: Request): object {
    dataOf(req)['cart'] = ['apple'];
    return { printed: inspect(req.session) };
  }
}

describe('The values of req.session in the manner of express-session', () => {
  const store = new ObservedStore(new MemoryStore());
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    app = await TestApp.start({
      controllers: [ValuesController],
      sessions: { store, compatibility: expressSession() },
    });
  });
  beforeEach(() => {
    browser = app.browser();
  });
  afterAll(() => app.close());

  const SINCE = '1970-01-01T00:00:00.000Z';
  it.each([
    ['date', SINCE],
    ['account', { name: 'ann', since: SINCE }],
    ['nested', { user: { name: 'ann', since: SINCE }, size: null }],
    ['map', {}],
  ])('are what JSON makes of them with the next request: %s', async (name, value) => {
    expect((await browser.post(`/set/${name}`)).status).toBe(201);

    expect((await browser.get('/data')).json()).toEqual({ value });
  });

  it('stay the objects that they are in their request', async () => {
    expect((await browser.post('/greets')).json()).toEqual({ isTheSame: true, greeting: 'hello ann' });
  });

  it('may be changed inside of others later', async () => {
    await browser.post('/deep');

    expect((await browser.get('/data')).json()).toEqual({ cart: { at: SINCE } });
  });

  it('are not written again when they are what is stored', async () => {
    await browser.post('/set/account');
    store.takeCalls();
    await browser.post('/set/account');

    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
  });

  it.each(['function', 'bigint'])('are refused when JSON has nothing for them: %s', async (name) => {
    expect((await browser.post(`/set/${name}`)).status).toBe(500);
    expect((await browser.get('/data')).json()).toEqual({});
  });

  it.each([
    ['function', /^SessionNotSerializableError: .*"value".*: it has a function/, false],
    ['symbol', /^SessionNotSerializableError: .*"value".*: it has a symbol/, false],
    ['bigint', /^SessionNotSerializableError: .*"value".*: JSON cannot be made of it/, true],
    ['circle', /^SessionNotSerializableError: .*"value".*: JSON cannot be made of it/, true],
  ])('are refused when they are set, with their key and the reason: %s', async (name, message, isCaused) => {
    const reply = await browser.post(`/try/${name}`);

    expect(reply.json()).toEqual({ error: expect.stringMatching(message), isCaused });
    expect((await browser.get('/data')).json()).toEqual({});
  });

  it('are shown when the session is printed', async () => {
    expect((await browser.get('/printed')).json()).toEqual({ printed: "{ cart: [ 'apple' ] }" });
  });
});
