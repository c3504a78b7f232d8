import { Controller, Get, Head, HttpCode, Param, Res } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Replies {
  @Get('object') object(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'object');
    response.setHeader('X-Replaced', 'no');
    response.writeHead(201, { 'X-One': '1', 'X-Replaced': 'yes', 'X-Many': ['a', 'b'] });
    response.end('body');
  }

  @Get('flat-array') flatArray(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'flat-array');
    response.setHeader('X-Replaced', 'no');
    response.writeHead(201, ['X-One', '1', 'X-Replaced', 'yes', 'X-Many', 'a', 'X-Many', 'b']);
    response.end('body');
  }

  @Get('pairs') pairs(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'pairs');
    response.setHeader('X-Replaced', 'no');
    // Node takes pairs as well; its types know only the other two forms.
    const pairs: unknown = [
      ['X-One', '1'],
      ['X-Replaced', 'yes'],
      ['X-Many', ['a', 'b']],
    ];
    response.writeHead(201, pairs as string[]);
    response.end('body');
  }

  @Get('reason') reason(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'reason');
    response.writeHead(201, 'Very Well', { 'X-One': '1', 'X-Replaced': 'yes', 'X-Many': ['a', 'b'] });
    response.end('body');
  }

  @Get('no-reason') noReason(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'no-reason');
    response.writeHead(201, undefined, { 'X-One': '1', 'X-Replaced': 'yes', 'X-Many': ['a', 'b'] });
    response.end('body');
  }

  @Get('reason-only') reasonOnly(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'reason-only');
    response.setHeader('X-One', '1');
    response.writeHead(201, 'Very Well').end('body');
  }

  @Get('null') nothing(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'null');
    response.setHeader('X-One', '1');
    response.writeHead(201, null as never).end('body');
  }

  @Get('fails/:form') fails(
    @Session() session: Session,
    @Res() reply: AnyReply,
    @Param('form') form: 'number' | 'text',
  ): void {
    session.set('found', 'fails');
    // Node takes a text as well; its types do not.
    const status: unknown = form === 'text' ? '500' : 500;
    nodeResponse(reply)
      .writeHead(status as number)
      .end('body');
  }

  @Get('without-a-value/:form') withoutValue(
    @Session() session: Session,
    @Res() reply: AnyReply,
    @Param('form') form: string,
  ): void {
    const response = nodeResponse(reply);
    session.set('found', 'a header without a value');
    if (form === 'array') response.writeHead(201, ['X-One', '1', 'X-Two']);
    else response.writeHead(201, { 'X-One': '1', 'X-Two': undefined });
  }

  @Get('flushed') flushed(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'flushed');
    response.statusCode = 201;
    response.setHeader('X-One', '1');
    response.flushHeaders();
    response.end('body');
  }

  @Get('hinted') async hinted(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    await new Promise<void>((written) => response.writeEarlyHints({ link: '</style.css>; rel=preload' }, written));
    session.set('found', 'hinted');
    response.statusCode = 201;
    response.setHeader('X-One', '1');
    response.end('body');
  }

  @Get('unchanged') @HttpCode(304) unchanged(@Session() session: Session): void {
    session.set('found', 'unchanged');
  }

  @Head('head') head(@Session() session: Session): string {
    session.set('found', 'head');
    return 'body';
  }

  @Get('found') found(@Session() session: Session): object {
    return { found: session.get('found') };
  }
}

describe.each(PLATFORMS)('The cookie goes with the headers, whichever way they are sent, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ platform, controllers: [Replies] });
  });
  afterAll(() => app.close());

  async function visit(
    path: string,
    method = 'GET',
  ): Promise<{ head: IncomingMessage; text: string; hints: unknown[] }> {
    const exchange = new Exchange(app.url + path, { method });
    const head = await exchange.head;
    return { head, text: await exchange.text(), hints: exchange.earlyHints };
  }

  async function foundAfter({ headers }: IncomingMessage): Promise<unknown> {
    expect(headers['set-cookie']).toHaveLength(1);
    const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    return (await app.browser().get('/found', { headers: { cookie } })).json<{ found: unknown }>().found;
  }

  it.each(['object', 'flat-array', 'pairs', 'reason', 'no-reason'])('writeHead() with headers: %s', async (form) => {
    const { head, text } = await visit(`/${form}`);

    expect(head.statusCode).toBe(201);
    expect(head.statusMessage).toBe(form === 'reason' ? 'Very Well' : 'Created');
    expect(head.headers['x-one']).toBe('1');
    expect(head.headers['x-replaced']).toBe('yes');
    expect(head.headers['x-many']).toBe('a, b');
    const { headers } = (await visit('/reason-only')).head;
    expect(Object.keys(head.headers).sort()).toEqual([...Object.keys(headers), 'x-many', 'x-replaced'].sort());
    expect(text).toBe('body');
    expect(await foundAfter(head)).toBe(form);
  });

  it.each([
    ['writeHead() with a reason', 'reason-only'],
    ['writeHead() with null in the place of headers', 'null'],
    ['flushHeaders()', 'flushed'],
    ['early hints before', 'hinted'],
  ])('%s', async (_, route) => {
    const { head, text } = await visit(`/${route}`);

    expect(head.statusCode).toBe(201);
    expect(head.headers['x-one']).toBe('1');
    expect(text).toBe('body');
    expect(await foundAfter(head)).toBe(route);
  });

  it.each(['number', 'text'])('but not with a status of 500 that is passed to writeHead() as a %s', async (form) => {
    const { head } = await visit(`/fails/${form}`);

    expect(head.statusCode).toBe(500);
    expect(head.headers['set-cookie']).toBeUndefined();
  });

  it.each(['object', 'array'])('but not with a header without a value: Node refuses it (%s)', async (form) => {
    const { head } = await visit(`/without-a-value/${form}`);

    expect(head.statusCode).toBe(500);
    expect(head.headers['set-cookie']).toBeUndefined();
  });

  it('the reason that was passed is sent', async () => {
    expect((await visit('/reason-only')).head.statusMessage).toBe('Very Well');
  });

  it('early hints go before, as the application wrote them', async () => {
    expect((await visit('/hinted')).hints).toEqual(['</style.css>; rel=preload']);
  });

  it('304 without a body', async () => {
    const { head, text } = await visit('/unchanged');

    expect(head.statusCode).toBe(304);
    expect(text).toBe('');
    expect(await foundAfter(head)).toBe('unchanged');
  });

  it('HEAD', async () => {
    const { head, text } = await visit('/head', 'HEAD');

    expect(head.statusCode).toBe(200);
    expect(text).toBe('');
    expect(await foundAfter(head)).toBe('head');
  });
});
