import { Controller, Get, Res } from '@nestjs/common';
import { jest } from '@jest/globals';
import type { Response } from 'express';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LockSession, Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { within } from '../support/basics/within.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

/** More than the buffers of a connection take. */
const PAGE = 'the page '.repeat(200_000);

let directory: string;
let source = new PassThrough();
let middle = new Gate();
/** How often the handler has heard that its last piece was taken. */
let pieces = 0;

/** As the platform does it. */
function sendFile(reply: AnyReply, name: string): void {
  const path = join(directory, name);
  if ('sendFile' in reply) (reply as Response).sendFile(path);
  else reply.send(createReadStream(path));
}

@Controller()
class Replies {
  @Get('write') async write(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'write');
    response.write('first,');
    await middle.pass();
    response.end('last');
  }

  @Get('pipe') pipe(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'pipe');
    source.pipe(nodeResponse(reply));
  }

  @Get('file') file(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'file');
    sendFile(reply, 'page.txt');
  }

  @Get('short-file') shortFile(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'short-file');
    sendFile(reply, 'short.txt');
  }

  @Get('change-while-writing') async change(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'early');
    response.write('first,');
    await middle.pass();
    session.set('found', 'late');
    response.end('last');
  }

  @Get('change-within-a-known-length') async known(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    // 'first,': what counts is its bytes.
    response.setHeader('Content-Length', 10).write('66697273742c', 'hex');
    await middle.pass();
    session.set('found', 'late');
    response.write('last');
    response.end();
  }

  @Get('known-length') knownLength(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'known-length');
    response.setHeader('Content-Length', 12);
    response.write('f\u{fc}nf,', 'utf8');
    response.write(Buffer.from('two,'));
    response.write('3132', 'hex', () => {
      pieces += 1;
      response.end();
    });
  }

  @Get('longer-than-told') longer(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'longer-than-told');
    response.setHeader('Content-Length', 4);
    response.write('four');
    response.write('more');
    response.end();
  }

  @Get('change-for-nobody') async forNobody(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    response.write('first,');
    await new Promise((closed) => response.once('close', closed));
    session.set('found', 'late');
  }

  @Get('asks-for-an-id-before') async asks(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    const saved = session.set('found', 'saved').save();
    const regenerated = session.regenerate().then(
      () => 'a new id',
      (error: unknown) => String(error),
    );
    response.write('first,');
    await saved;
    response.end(await regenerated);
  }

  @Get('first-visit-too-late') async tooLate(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    response.write('first,');
    await middle.pass();
    session.set('found', 'too late');
    response.end('last');
  }

  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('locked') @LockSession({ wait: 2_000 }) locked(@Session() session: Session): object {
    return { found: session.get('found'), locked: session.locked };
  }
}

async function firstPiece(exchange: Exchange): Promise<string> {
  const head = await exchange.head;
  return new Promise((resolve) => head.setEncoding('utf8').once('data', resolve));
}

describe.each(PLATFORMS)('A handler that answers in pieces, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
    await writeFile(join(directory, 'page.txt'), PAGE);
    await writeFile(join(directory, 'short.txt'), 'short');
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Replies], sessions: { store, storeTimeout: WHILE_HELD } });
  });
  beforeEach(() => {
    source = new PassThrough();
    middle = new Gate();
    pieces = 0;
  });
  afterEach(() => {
    middle.open();
    source.end();
    store.mend();
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  async function returning(path: string): Promise<{ visitor: ReturnType<TestApp['browser']>; exchange: Exchange }> {
    const visitor = app.browser();
    await visitor.get('/start');
    return { visitor, exchange: new Exchange(app.url + path, { headers: { cookie: visitor.cookieHeader } }) };
  }

  it('sends its cookie with the first piece, and what it set is stored when the last has come', async () => {
    const exchange = new Exchange(`${app.url}/write`);
    const piece = await firstPiece(exchange);
    expect(piece).toBe('first,');
    const cookie = (await exchange.head).headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';

    middle.open();
    expect(await exchange.text()).toBe('last');

    expect((await app.browser().get('/locked', { headers: { cookie } })).json()).toMatchObject({ found: 'write' });
  });

  it('has let the lock go while its pieces are under way: written', async () => {
    const { visitor, exchange } = await returning('/write');
    await firstPiece(exchange);

    expect((await visitor.get('/locked')).json()).toEqual({ found: 'write', locked: true });

    middle.open();
    await exchange.text();
  });

  it('has let the lock go while its pieces are under way: piped', async () => {
    const { visitor, exchange } = await returning('/pipe');
    source.write('first,');
    await firstPiece(exchange);

    expect((await visitor.get('/locked')).json()).toEqual({ found: 'pipe', locked: true });

    source.end('last');
    expect(await exchange.text()).toBe('last');
  });

  it.each(['/write', '/pipe', '/short-file'])(
    'keeps the last chunk back until the session is stored: %s',
    async (path) => {
      const gate = store.hold('create');
      middle.open();
      source.end('piped');
      const exchange = new Exchange(app.url + path);
      let isComplete = false;
      const text = exchange.text().then((body) => {
        isComplete = true;
        return body;
      });
      await gate.reached;
      await app.browser().get('/nowhere');
      await app.browser().get('/nowhere');
      expect(isComplete).toBe(false);

      gate.open();
      await text;

      const cookie = (await exchange.head).headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
      expect((await app.browser().get('/locked', { headers: { cookie } })).json()).toMatchObject({
        found: path.slice(1),
      });
    },
  );

  it('is cut when its session cannot be stored, without waiting for its last piece, and the log says so', async () => {
    store.before('update', () => Promise.reject(new Error('No space left')));
    const { visitor, exchange } = await returning('/write');

    await expect(within('the cut', exchange.text())).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);

    expect(
      app.logs.matching(/GET \/write.*The connection was cut, since the session could not be stored/, 'error'),
    ).toHaveLength(1);
    store.mend();
    middle.open();
    expect((await visitor.get('/locked')).json()).toEqual({ found: 'start', locked: true });
  });

  it('is cut once when it is complete before its session cannot be stored', async () => {
    const gate = new Gate();
    store.before('update', async () => {
      await gate.pass();
      throw new Error('No space left');
    });
    middle.open();
    const { exchange } = await returning('/write');
    await gate.reached;
    await app.browser().get('/nowhere');
    const destroy = jest.spyOn(ServerResponse.prototype, 'destroy');

    gate.open();

    await expect(within('the cut', exchange.text())).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it('sends a file whole whose start waited for the session', async () => {
    const gate = store.hold('create');
    const exchange = new Exchange(`${app.url}/file`);
    await gate.reached;

    gate.open();

    expect(await exchange.text()).toBe(PAGE);
  });

  it.each([
    ['/change-while-writing', 'early'],
    ['/change-within-a-known-length', 'start'],
  ])('what it changes between the pieces is stored before the last one leaves: %s', async (path, found) => {
    const { visitor, exchange } = await returning(path);
    await firstPiece(exchange);
    expect((await visitor.get('/locked')).json()).toMatchObject({ found });
    const gate = store.hold('update');
    let isComplete = false;
    const text = exchange.text().finally(() => (isComplete = true));

    middle.open();
    await gate.reached;
    await app.browser().get('/nowhere');
    await app.browser().get('/nowhere');
    expect(isComplete).toBe(false);

    gate.open();
    expect(await text).toBe('last');
    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'late' });
  });

  it('sends a body whole whose length it told before, in whatever pieces', async () => {
    const { exchange } = await returning('/known-length');

    expect(await exchange.text()).toBe('f\u{fc}nf,two,12');
    expect(pieces).toBe(1);
  });

  it('loses no piece of a body that is longer than it told', async () => {
    const { visitor, exchange } = await returning('/longer-than-told');

    expect(await exchange.text()).toBe('four');
    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'longer-than-told' });
  });

  it('what it changes when its client has left in the middle is stored, or else the log says that it is not', async () => {
    const stored = await returning('/change-for-nobody');
    await firstPiece(stored.exchange);
    stored.exchange.leave();
    expect((await stored.visitor.get('/locked')).json()).toMatchObject({ locked: true });
    const failed = await returning('/change-for-nobody');
    await firstPiece(failed.exchange);
    store.before('update', () => Promise.reject(new Error('No space left')));
    failed.exchange.leave();

    const told = /GET \/change-for-nobody.*The session could not be stored after the response/;
    while (app.logs.matching(told).length === 0) await app.browser().get('/nowhere');

    store.mend();
    expect((await stored.visitor.get('/locked')).json()).toMatchObject({ found: 'late' });
    expect((await failed.visitor.get('/locked')).json()).toMatchObject({ found: 'start' });
  });

  it('cannot change the id when its turn comes after the headers: that is an error, and the session stays', async () => {
    const { visitor, exchange } = await returning('/asks-for-an-id-before');

    expect(await exchange.text()).toMatch(/^first,SessionHeadersSentError: .*the response has started/);
    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'saved' });
  });

  it('cannot begin a session whose cookie can no longer be sent: that is an error at the call, and the body is cut', async () => {
    middle.open();
    store.takeCalls();
    const exchange = new Exchange(`${app.url}/first-visit-too-late`);

    await expect(within('the cut', exchange.text())).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);

    expect(store.takeCalls()).toEqual([]);
    expect(app.logs.matching(/SessionHeadersSentError: session\.set\(\)/, 'error')).toHaveLength(1);
  });
});
