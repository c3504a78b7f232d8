import { Controller, Get, HttpCode, HttpStatus, Redirect, Res } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { defer, of, type Observable } from 'rxjs';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Replies {
  @Get('value') value(@Session() session: Session): object {
    return { ok: session.set('found', 'value').has('found') };
  }

  @Get('promise') async promise(@Session() session: Session): Promise<object> {
    return Promise.resolve({ ok: session.set('found', 'promise').has('found') });
  }

  @Get('observable') observable(@Session() session: Session): Observable<object> {
    return defer(() => of({ ok: session.set('found', 'observable').has('found') }));
  }

  @Get('nothing') @HttpCode(HttpStatus.NO_CONTENT) nothing(@Session() session: Session): void {
    session.set('found', 'nothing');
  }

  @Get('redirect') @Redirect('/found', HttpStatus.SEE_OTHER) redirect(@Session() session: Session): void {
    session.set('found', 'redirect');
  }

  @Get('passthrough') passthrough(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): object {
    reply.header('X-Own', 'yes');
    return { ok: session.set('found', 'passthrough').has('found') };
  }

  @Get('res-json') json(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'res-json');
    reply.send({ ok: true });
  }

  @Get('res-send') async send(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    await Promise.resolve();
    session.set('found', 'res-send');
    reply.status(202).send('<p>sent</p>');
  }

  @Get('res-redirect') resRedirect(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'res-redirect');
    reply.status(302).redirect('/found');
  }

  @Get('res-end') end(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'res-end');
    nodeResponse(reply).end();
  }

  @Get('res-late') late(@Session() session: Session, @Res() reply: AnyReply): void {
    setImmediate(() => {
      session.set('found', 'res-late');
      reply.send({ ok: true });
    });
  }

  @Get('found') found(@Session() session: Session): object {
    return { found: session.get('found') };
  }
}

const ROUTES = [
  ['value', 200],
  ['promise', 200],
  ['observable', 200],
  ['nothing', 204],
  ['redirect', 303],
  ['passthrough', 200],
  ['res-json', 200],
  ['res-send', 202],
  ['res-redirect', 302],
  ['res-end', 200],
  ['res-late', 200],
] as const;

describe.each(PLATFORMS)('A reply leaves only when its session is committed, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Replies], sessions: { store, storeTimeout: WHILE_HELD } });
  });
  afterEach(() => store.mend());
  afterAll(() => app.close());

  /** Time enough for bytes that were sent too early to arrive. */
  async function otherTraffic(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await app.browser().get('/nowhere');
    }
  }

  it.each(ROUTES)('%s: a first visit is stored before the first byte', async (route, status) => {
    const gate = store.hold('create');
    const exchange = new Exchange(`${app.url}/${route}`);
    await gate.reached;
    await otherTraffic();
    expect(exchange.isAnswered).toBe(false);

    gate.open();
    const head = await exchange.head;
    await exchange.text();

    expect(head.statusCode).toBe(status);
    const [cookie = ''] = head.headers['set-cookie'] ?? [];
    const next = await app.browser().get('/found', { headers: { cookie: cookie.split(';', 1)[0] ?? '' } });
    expect(next.json()).toEqual({ found: route });
  });

  it.each(ROUTES)('%s: a change is stored and unlocked before the first byte', async (route) => {
    const visitor = app.browser();
    await visitor.get('/value');
    await visitor.get(route === 'value' ? '/promise' : '/value');
    const gate = store.hold('update');
    const exchange = new Exchange(`${app.url}/${route}`, { headers: { cookie: visitor.cookieHeader } });
    await gate.reached;
    await otherTraffic();
    expect(exchange.isAnswered).toBe(false);

    gate.open();
    await exchange.text();

    expect((await visitor.get('/found')).json()).toEqual({ found: route });
  });
});
