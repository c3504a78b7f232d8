import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { ServerResponse } from 'node:http';
import { Session } from 'nestjs-sessions';
import { until } from '../support/basics/within.js';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';

/** What each call did after the response was sent, told apart by the code of the error that it threw. */
let outcomes: Record<string, unknown> = {};

function outcomeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const OK = '{"ok":true}';

function answerLate(response: ServerResponse): void {
  outcomes = {
    headersSent: response.headersSent,
    writableEnded: response.writableEnded,
    setHeader: outcomeOf(() => response.setHeader('X-Late', '1') === response),
    appendHeader: outcomeOf(() => response.appendHeader('X-Late', '2') === response),
    removeHeader: outcomeOf(() => response.removeHeader('X-Late')),
    writeHead: outcomeOf(() => response.writeHead(200) === response),
    flushHeaders: outcomeOf(() => response.flushHeaders()),
    write: outcomeOf(() => response.write('late')),
    end: outcomeOf(() => response.end('late') === response),
  };
}

/** What these calls do where they work. */
const IGNORED = {
  headersSent: true,
  writableEnded: true,
  setHeader: true,
  appendHeader: true,
  removeHeader: undefined,
  writeHead: true,
  flushHeaders: undefined,
  write: true,
  end: true,
};

@Controller()
class Replies {
  @Get('calls') calls(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'calls');
    response.setHeader('X-Own', 'kept').end(OK);
    outcomes = {
      headersSent: response.headersSent,
      writableEnded: response.writableEnded,
      setHeader: outcomeOf(() => response.setHeader('X-Own', 'changed')),
      appendHeader: outcomeOf(() => response.appendHeader('X-Own', 'changed')),
      removeHeader: outcomeOf(() => response.removeHeader('X-Own')),
      writeHead: outcomeOf(() => response.writeHead(500)),
      flushHeaders: outcomeOf(() => response.flushHeaders()),
      end: outcomeOf(() => response.end('twice') === response),
    };
  }

  /** As a handler that waits for something slow, and does not know that its request has been answered. */
  @Get('answers-late') answersLate(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'answers-late');
    response.end(OK);
    response.once('close', () => answerLate(response));
  }

  @Get('goes-on-late') goesOnLate(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'goes-on-late');
    response.write('first,');
    response.once('close', () => answerLate(response));
  }

  /** By the members that Express adds. */
  @Get('calls-of-express') callsOfExpress(@Session() session: Session, @Res() response: Response): void {
    session.set('found', 'calls-of-express');
    response.json({ ok: true });
    outcomes = {
      cookie: outcomeOf(() => response.cookie('late', '1')),
      json: outcomeOf(() => response.json({ ok: false })),
      redirect: outcomeOf(() => response.redirect('/elsewhere')),
    };
  }

  @Get('write') write(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'write');
    response.end(OK);
    response.write('more');
  }

  @Get('end-with-callback') async callback(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'end-with-callback');
    await new Promise<void>((sent) => response.end('body', sent));
    outcomes = { called: true };
  }

  @Get('end-twice') async twice(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'end-twice');
    response.end(OK);
    await new Promise<void>((sent) => response.end('again', sent));
    outcomes = { called: true };
  }

  @Get('hears-of-the-end') async hears(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'hears-of-the-end');
    response.end(OK);
    response.statusMessage = 'Late';
    const error = await new Promise<unknown>((sent) => response.end(sent));
    outcomes = { isFinished: response.writableFinished, error };
  }

  @Get('waits-for-finish') async finish(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    session.set('found', 'waits-for-finish');
    const finished = new Promise((resolve) => response.once('finish', resolve));
    response.end(OK);
    await finished;
    outcomes = { called: true };
  }

  @Get('throws') throws(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'throws');
    response.end(OK);
    throw new Error('after the response');
  }

  @Get('sets-status') status(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'sets-status');
    response.end(OK);
    response.statusCode = 500;
    response.statusMessage = 'Late';
  }

  @Get('found') found(@Session() session: Session): unknown {
    return { found: session.get('found') };
  }
}

describe.each(PLATFORMS)('While the end of a response waits for the commit, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Replies], sessions: { store, storeTimeout: WHILE_HELD } });
  });
  beforeEach(() => (outcomes = {}));
  afterEach(() => store.mend());
  afterAll(() => app.close());

  it('the response counts as sent: calls fail as in Node, a second end is ignored, and the client gets the first reply', async () => {
    const visitor = app.browser();

    const reply = await visitor.get('/calls');

    expect(outcomes).toEqual({
      headersSent: true,
      writableEnded: true,
      setHeader: 'ERR_HTTP_HEADERS_SENT',
      appendHeader: 'ERR_HTTP_HEADERS_SENT',
      removeHeader: 'ERR_HTTP_HEADERS_SENT',
      writeHead: 'ERR_HTTP_HEADERS_SENT',
      flushHeaders: undefined,
      end: true,
    });
    expect(reply).toMatchObject({ status: 200, text: OK });
    expect(reply.headers.get('x-own')).toBe('kept');
    expect((await visitor.get('/found')).json()).toEqual({ found: 'calls' });
  });

  if (platform === 'express') {
    it('the calls that Express adds fail as well', async () => {
      expect(await app.browser().get('/calls-of-express')).toMatchObject({ status: 200, text: OK });
      expect(outcomes).toEqual({
        cookie: 'ERR_HTTP_HEADERS_SENT',
        json: 'ERR_HTTP_HEADERS_SENT',
        redirect: 'ERR_HTTP_HEADERS_SENT',
      });
    });
  }

  it.each(['write', 'throws', 'sets-status'])(
    'code after the reply can neither hang nor corrupt it: %s',
    async (route) => {
      const visitor = app.browser();

      const reply = await visitor.get(`/${route}`);

      expect(reply).toMatchObject({ status: 200, text: OK });
      expect((await visitor.get('/found')).json()).toEqual({ found: route });
    },
  );

  it('the callback of a second end comes after the reply is out, whose status message is the one from before the first', async () => {
    const visitor = app.browser();
    const gate = store.hold('create');
    const exchange = new Exchange(`${app.url}/hears-of-the-end`);
    await gate.reached;
    await visitor.get('/found');
    expect(outcomes).toEqual({});

    gate.open();
    const head = await exchange.head;

    expect(await exchange.text()).toBe(OK);
    expect(head.statusMessage).toBe('OK');
    while (Object.keys(outcomes).length === 0) await visitor.get('/found');
    expect(outcomes).toEqual({ isFinished: true, error: undefined });
  });

  it.each(['end-with-callback', 'end-twice', 'waits-for-finish'])(
    'a handler may wait for the end itself: %s',
    async (route) => {
      const visitor = app.browser();

      expect((await visitor.get(`/${route}`)).status).toBe(200);

      expect((await visitor.get('/found')).json()).toEqual({ found: route });
      expect(outcomes).toEqual({ called: true });
    },
  );

  it('an error in its place is the last word: a late answer is ignored, and its calls return what they always do', async () => {
    store.before('create', () => Promise.reject(new Error('the disk is full')));

    const reply = await app.browser().get('/answers-late');

    await until('the late answer has come', () => Object.keys(outcomes).length > 0);
    expect(outcomes).toEqual(IGNORED);
    expect([reply.status, reply.headers.get('x-late'), reply.text]).toEqual([
      503,
      null,
      '{"statusCode":503,"message":"Service Unavailable"}',
    ]);
  });

  it('what comes later of a reply in pieces that was cut is ignored as well', async () => {
    store.before('create', () => Promise.reject(new Error('the disk is full')));

    await expect(app.browser().get('/goes-on-late')).rejects.toThrow('fetch failed');

    await until('the late answer has come', () => Object.keys(outcomes).length > 0);
    expect(outcomes).toEqual(IGNORED);
  });
});
