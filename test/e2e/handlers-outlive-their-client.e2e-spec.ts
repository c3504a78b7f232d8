import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, pipeline } from 'node:stream';
import { Session } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { defer, type Observable } from 'rxjs';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import type { Browser } from '../support/http/browser.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { BRIDGED, OURS } from '../support/http/manners.js';
import { PLATFORMS } from '../support/http/platforms.js';

let holder = new Gate();
/** The requests that the server has seen go. */
let closed: string[] = [];
let handlersRun = 0;
let endLate = (): void => undefined;

/** A stream that has nothing to read yet. */
function silence(): PassThrough {
  void holder.pass();
  return new PassThrough();
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('found') found(@Session() session: Session): unknown {
    return { found: session.get('found'), locked: session.locked };
  }

  @Get('visit') visit(@Session() session: Session): void {
    handlersRun += 1;
    session.set('found', 'visit');
  }

  @Get('fails') async fails(@Session() session: Session): Promise<never> {
    session.set('found', 'fails');
    await holder.pass();
    throw new Error('after the client left');
  }

  @Get('by-hand') async byHand(@Session() session: Session, @Res() reply: AnyReply): Promise<void> {
    await holder.pass();
    session.set('found', 'by-hand');
    reply.send({ ok: true });
  }

  @Get('observable') observable(@Session() session: Session): Observable<object> {
    return defer(async () => {
      await holder.pass();
      return { ok: session.set('found', 'observable').has('found') };
    });
  }

  /** Nobody ends a reply whose body is a stream: Nest, and `pipeline()`, end the stream. */
  @Get('file') file(@Session() session: Session): StreamableFile {
    session.set('found', 'file');
    return new StreamableFile(silence());
  }

  @Get('pipe') pipe(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'pipe');
    silence().pipe(nodeResponse(reply));
  }

  @Get('pipe-and-end') pipeAndEnd(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'pipe-and-end');
    silence().pipe(response);
    endLate = () => {
      session.set('found', 'too late');
      response.end();
    };
  }

  @Get('pipeline') pipeline(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'pipeline');
    pipeline(silence(), nodeResponse(reply), () => undefined);
  }

  @Get('no-such-file') noSuchFile(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'no-such-file');
    pipeline(createReadStream('/no/such/file'), nodeResponse(reply), () => undefined);
  }

  @Get('runs') async runs(@Session() session: Session): Promise<void> {
    await holder.pass();
    session.set('found', 'runs');
  }
}

function noteClosed({ url = '' }: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.once('close', () => closed.push(url));
  next();
}

/** In express-session's manner a GET is read without the lock, and locked when its handler takes the session. */
describe.each([
  ...PLATFORMS.map((platform) => [platform, ...OURS] as const),
  ['express', BRIDGED[0], { compatibility: expressSession() }] as const,
])('When the client goes away, on %s, where sessions are seen %s,', (platform, _, manner) => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({
      platform,
      controllers: [Pages],
      sessions: { store, storeTimeout: WHILE_HELD, lock: { wait: 5_000 }, ...manner },
      configure: (nest) => nest.use(noteClosed),
    });
  });
  beforeEach(async () => {
    holder = new Gate();
    closed = [];
    handlersRun = 0;
    visitor = app.browser();
    await visitor.get('/start');
  });
  afterEach(() => {
    holder.open();
    store.mend();
  });
  afterAll(() => app.close());

  const open = (path: string): Exchange => new Exchange(app.url + path, { headers: { cookie: visitor.cookieHeader } });

  /** Leaves, and waits until the server has noticed; each look is a request of its own, so bytes have time to travel. */
  async function leave(path: string, exchange: Exchange): Promise<void> {
    exchange.leave();
    while (!closed.includes(path)) {
      await app.browser().get('/nowhere');
    }
  }

  it('a handler that runs goes on, its changes are committed, and its lock is let go', async () => {
    const exchange = open('/runs');
    await holder.reached;
    await leave('/runs', exchange);

    holder.open();

    expect((await visitor.get('/found')).json()).toEqual({ found: 'runs', locked: true });
  });

  it('nothing is committed or unlocked while that handler still runs', async () => {
    const exchange = open('/runs');
    await holder.reached;
    store.takeCalls();

    await leave('/runs', exchange);

    expect(store.takeCalls()).toEqual([]);
  });

  it('a handler that answers by hand is committed when it does', async () => {
    const exchange = open('/by-hand');
    await holder.reached;
    await leave('/by-hand', exchange);

    holder.open();

    expect((await visitor.get('/found')).json()).toEqual({ found: 'by-hand', locked: true });
  });

  it.each(['file', 'pipe', 'pipeline'])('a stream that has not begun is committed and unlocked: %s', async (path) => {
    const exchange = open(`/${path}`);
    await holder.reached;

    await leave(`/${path}`, exchange);

    expect((await visitor.get('/found')).json()).toEqual({ found: path, locked: true });
  });

  it('what is changed after that, and ended, is not stored: its lock was let go', async () => {
    const exchange = open('/pipe-and-end');
    await holder.reached;
    await leave('/pipe-and-end', exchange);
    await visitor.get('/found');

    endLate();

    expect((await visitor.get('/found')).json()).toEqual({ found: 'pipe-and-end', locked: true });
  });

  it('a stream that fails before it has begun stores nothing, and unlocks', async () => {
    await expect(open('/no-such-file').text()).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);

    expect((await visitor.get('/found')).json()).toEqual({ found: 'start', locked: true });
  });

  it('a handler that fails afterwards stores nothing, and its lock is let go', async () => {
    const exchange = open('/fails');
    await holder.reached;
    await leave('/fails', exchange);

    holder.open();

    expect((await visitor.get('/found')).json()).toEqual({ found: 'start', locked: true });
  });

  it('an Observable that Nest tears down then stores nothing, and its lock is let go at once', async () => {
    const exchange = open('/observable');
    await holder.reached;
    await leave('/observable', exchange);

    expect((await visitor.get('/found')).json()).toEqual({ found: 'start', locked: true });
  });

  it('a request whose session is being loaded keeps no lock', async () => {
    const loading = store.hold('tryLock');
    const exchange = open('/visit');
    await loading.reached;

    await leave('/visit', exchange);
    store.mend();

    expect((await visitor.get('/found')).json()).toEqual({ found: 'start', locked: true });
    expect(handlersRun).toBe(0);
  });
});
