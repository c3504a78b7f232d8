import {
  Controller,
  Get,
  Injectable,
  Req,
  Res,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { LockSession, Session, SessionHeadersSentError, SessionLockTimeoutError } from 'nestjs-sessions';
import { connect } from 'node:net';
import { Observable } from 'rxjs';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import type { Browser } from '../support/http/browser.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

interface Visits {
  visits: number;
}

let gate = new Gate();
let closed = new Gate();
let rejected: (error: unknown) => void = () => undefined;

/** As a guard for authentication reads the session. */
@Injectable()
class ReadingGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    nodeResponse(http.getResponse<AnyReply>()).once('close', () => void closed.pass());
    await http.getRequest<{ session: Session }>().session.load();
    return true;
  }
}

@Controller()
class Pages {
  @Get('visit') visit(@Session() session: Session<Visits>): number {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }

  @Get('section')
  @LockSession('explicit')
  @UseGuards(ReadingGuard)
  async section(@Session() session: Session<Visits>, @Res() reply: AnyReply): Promise<void> {
    reply.send({ accepted: true });
    await session.withLock(async () => {
      const visits = session.get('visits') ?? 0;
      await gate.pass();
      session.set('visits', visits + 1);
    });
  }

  @Get('fails')
  @LockSession('explicit')
  @UseGuards(ReadingGuard)
  async fails(@Session() session: Session, @Res() reply: AnyReply): Promise<never> {
    reply.send({ accepted: true });
    await session.acquireLock();
    await gate.pass();
    throw new Error('after the answer');
  }

  @Get('late-rotation') rotate(@Session() session: Session, @Res() reply: AnyReply): void {
    reply.send({ accepted: true });
    session.regenerate().catch(rejected);
  }

  @Get('late-load') lateLoad(@Req() request: { session: Session }, @Res() reply: AnyReply): void {
    nodeResponse(reply).once('close', () => void request.session.load().catch(rejected));
    reply.send({ accepted: true });
  }

  /** Wakes up when its client has left, and never answers. */
  @Get('late-load-unanswered') lateLoadUnanswered(@Req() request: { session: Session }, @Res() reply: AnyReply): void {
    nodeResponse(reply).once('close', () => void request.session.load().catch(rejected));
    void gate.pass();
  }

  /** Gives up when nobody is there to be answered, as a pipe does. */
  @Get('silent') @UseGuards(ReadingGuard) silent(@Res() reply: AnyReply): void {
    nodeResponse(reply).once('finish', () => undefined);
    void gate.pass();
  }

  @Get('changes-late') changesLate(@Session() session: Session<Visits>, @Res() reply: AnyReply): void {
    nodeResponse(reply).once('close', () => session.set('visits', 99));
    reply.send({ accepted: true });
  }

  @Get('changes-late-in-pieces') changesLateInPieces(
    @Session() session: Session<Visits>,
    @Res() reply: AnyReply,
  ): void {
    const response = nodeResponse(reply);
    response.once('close', () => session.set('visits', 99));
    response.write('accepted, ');
    response.end('and done');
  }

  @Get('changes-for-nobody') changesForNobody(@Session() session: Session<Visits>, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    response.once('close', () => session.set('visits', 99));
    response.write('accepted, ');
  }

  @Get('endless') endless(@Session() session: Session): Observable<number> {
    session.set('endless', true);
    return new Observable(() => {
      void gate.pass();
      return () => void closed.pass();
    });
  }

  @Get('unanswered') unanswered(@Res() reply: AnyReply): void {
    nodeResponse(reply).once('close', () => undefined);
  }
}

describe.each(PLATFORMS)('Work that goes on when nobody waits for the answer, on %s', (platform) => {
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    [gate, closed] = [new Gate(), new Gate()];
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { lock: { wait: 3_000, lease: 500 } } });
    visitor = app.browser();
    await visitor.get('/visit');
  });
  afterEach(async () => {
    gate.open();
    await app.close();
  });

  const rejection = (): Promise<unknown> => new Promise((resolve) => (rejected = resolve));

  it('keeps the lock that it takes', async () => {
    await visitor.get('/section');
    await Promise.all([gate.reached, closed.reached]);
    const visit = visitor.get('/visit');
    await app.browser().get('/visit');
    gate.open();

    expect((await visit).text).toBe('3');
  });

  it('lets its lock go when it fails', async () => {
    await visitor.get('/fails');
    await Promise.all([gate.reached, closed.reached]);
    gate.open();

    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it.each(['/changes-late', '/changes-late-in-pieces'])(
    'changes nothing: the log says so once, with the route (%s)',
    async (path) => {
      await visitor.get(path);

      const told = new RegExp(`GET ${path} changed its session after its reply: only save\\(\\) stores that`);
      while (app.logs.matching(told).length === 0) await app.browser().get('/nowhere');
      expect((await visitor.get('/visit')).text).toBe('2');
      expect(app.logs.matching(told)).toHaveLength(1);
    },
  );

  it('changes nothing either when its client has left in the middle of the reply', async () => {
    const exchange = new Exchange(`${app.url}/changes-for-nobody`, { headers: { cookie: visitor.cookieHeader } });
    await exchange.head;
    exchange.leave();

    const told = /GET \/changes-for-nobody changed its session after its reply/;
    while (app.logs.matching(told).length === 0) await app.browser().get('/nowhere');
    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('cannot change the id any more', async () => {
    const error = rejection();
    await visitor.get('/late-rotation');

    expect(await error).toBeInstanceOf(SessionHeadersSentError);
    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('cannot lock the session by loading it: nobody would let it go', async () => {
    const error = rejection();
    await visitor.get('/late-load');

    expect(await error).toBeInstanceOf(SessionLockTimeoutError);
    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('cannot lock the session by loading it either when its client left before there was an answer', async () => {
    const error = rejection();
    const exchange = new Exchange(`${app.url}/late-load-unanswered`, { headers: { cookie: visitor.cookieHeader } });
    await gate.reached;
    exchange.leave();

    expect(await error).toBeInstanceOf(SessionLockTimeoutError);
    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('holds a lock that a guard took no longer than a lease when its client has left and it never answers', async () => {
    const exchange = new Exchange(`${app.url}/silent`, { headers: { cookie: visitor.cookieHeader } });
    await gate.reached;
    exchange.leave();
    await closed.reached;

    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('holds no lock when it is torn down before its turn on the connection came', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    const headers = `HTTP/1.1\r\nHost: localhost\r\nCookie: ${visitor.cookieHeader}\r\n\r\n`;
    socket.write(`GET /unanswered ${headers}GET /endless ${headers}`);
    await gate.reached;
    socket.destroy();
    await closed.reached;

    expect((await visitor.get('/visit')).text).toBe('2');
  });
});
