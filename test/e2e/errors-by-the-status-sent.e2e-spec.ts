import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  HttpException,
  InternalServerErrorException,
  ParseIntPipe,
  Query,
  RequestTimeoutException,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { once } from 'node:events';
import { Session } from 'nestjs-sessions';
import { catchError, concat, map, throwError, timeout, type Observable } from 'rxjs';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { RejectingGuard } from '../support/http/rejecting-guard.js';

/** What stands for an error that the application knows nothing of. */
class Bug extends Error {}

class RejectingPipe {
  transform(status: string): never {
    throw new HttpException('rejected', Number(status));
  }
}

/** Answers a bug with a status of its own. */
@Catch(Bug)
class BugFilter implements ExceptionFilter {
  catch(_: Bug, host: ArgumentsHost): void {
    const { status } = host.switchToHttp().getRequest<{ query: { status: string } }>().query;
    host.switchToHttp().getResponse<AnyReply>().status(Number(status)).send({ handled: true });
  }
}

@Catch()
class FailingFilter implements ExceptionFilter {
  catch(): never {
    throw new InternalServerErrorException();
  }
}

/** Fails with the value in hand, before the handler counts as done. */
class FailingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query } = context.switchToHttp().getRequest<{ query: { status: string } }>();
    return next.handle().pipe(
      map(() => {
        throw new HttpException('afterwards', Number(query.status));
      }),
    );
  }
}

/** Fails when the handler is done, and so after the commit. */
class LateFailingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return concat(
      next.handle(),
      throwError(() => new InternalServerErrorException()),
    );
  }
}

class TimeoutInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      timeout(250),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('found') found(@Session() session: Session): unknown {
    return { found: session.get('found'), locked: session.locked };
  }

  @Get('handler') handler(@Session() session: Session, @Query('status', ParseIntPipe) status: number): never {
    session.set('found', 'handler');
    throw new HttpException('failed', status);
  }

  @Get('bug') bug(@Session() session: Session): never {
    session.set('found', 'bug');
    throw new Bug('unexpected');
  }

  @Get('guard') @UseGuards(RejectingGuard) guard(@Session() session: Session): void {
    session.set('found', 'handler');
  }

  @Get('pipe') pipe(@Session() session: Session, @Query('status', RejectingPipe) status: unknown): void {
    session.set('found', status);
  }

  @Get('filter') @UseFilters(BugFilter) filter(@Session() session: Session): never {
    session.set('found', 'filter');
    throw new Bug('unexpected');
  }

  @Get('failing-filter') @UseFilters(FailingFilter) failingFilter(@Session() session: Session): never {
    session.set('found', 'failing-filter');
    throw new BadRequestException();
  }

  @Get('outer') @UseInterceptors(FailingInterceptor) outer(@Session() session: Session): void {
    session.set('found', 'outer');
  }

  @Get('late') @UseInterceptors(LateFailingInterceptor) late(@Session() session: Session): void {
    session.set('found', 'late');
  }

  @Get('timeout') @UseInterceptors(TimeoutInterceptor) timeout(@Session() session: Session): Promise<never> {
    session.set('found', 'timeout');
    return new Promise(() => undefined);
  }

  /** As a middleware does whose timer has run out. */
  @Get('answered-meanwhile') async answeredMeanwhile(
    @Session() session: Session,
    @Res() reply: AnyReply,
  ): Promise<void> {
    session.set('found', 'answered meanwhile');
    setImmediate(() => reply.status(408).send({ late: true }));
    await once(nodeResponse(reply), 'close');
  }
}

describe.each(PLATFORMS)('Changes of a request that fails are judged by the status sent, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store, lock: { wait: 2_000 } } });
  });
  afterAll(() => app.close());

  async function outcome(path: string): Promise<{ status: number; found: unknown }> {
    const visitor = app.browser();
    await visitor.get('/start');
    const { status } = await visitor.get(path);
    // It can only be read when the lock was let go.
    const next = (await visitor.get('/found')).json<{ found: unknown; locked: boolean }>();
    expect(next.locked).toBe(true);
    return { status, found: next.found };
  }

  it.each([
    ['a handler that throws 422', '/handler?status=422', 422, 'handler'],
    ['a handler that throws 408, and is done', '/handler?status=408', 408, 'handler'],
    ['a guard that throws 403', '/guard?status=403', 403, 'guard'],
    ['a filter that answers a bug with 409', '/filter?status=409', 409, 'filter'],
    ['a filter that answers a bug with 200', '/filter?status=200', 200, 'filter'],
    ['an outer interceptor that throws 418 afterwards', '/outer?status=418', 418, 'outer'],
  ])('below 500 they are stored: %s', async (_, path, status, found) => {
    expect(await outcome(path)).toEqual({ status, found });
  });

  it.each([
    ['a handler that throws 503', '/handler?status=503', 503],
    ['a handler with a bug', '/bug', 500],
    ['a guard that throws 500', '/guard?status=500', 500],
    ['a filter that answers a bug with 502', '/filter?status=502', 502],
    ['an outer interceptor that throws 500 afterwards', '/outer?status=500', 500],
    ['a filter that fails while it answers a 400', '/failing-filter', 500],
  ])('from 500 on they are discarded: %s', async (_, path, status) => {
    expect(await outcome(path)).toEqual({ status, found: 'start' });
  });

  it('a pipe that rejects lets the lock go, and the handler has not run', async () => {
    expect(await outcome('/pipe?status=400')).toEqual({ status: 400, found: 'start' });
    expect(await outcome('/pipe?status=500')).toEqual({ status: 500, found: 'start' });
  });

  it('an error that an outer interceptor throws when the handler has succeeded counts as well', async () => {
    expect(await outcome('/late')).toEqual({ status: 500, found: 'start' });
  });

  it('an interceptor that ends the wait with 408 discards what the handler has done so far', async () => {
    expect(await outcome('/timeout')).toEqual({ status: 408, found: 'start' });
  });

  it('a 408 that comes from elsewhere while the handler still runs discards it, too', async () => {
    expect(await outcome('/answered-meanwhile')).toEqual({ status: 408, found: 'start' });
  });

  it.each(['/bug', '/handler?status=500', '/guard?status=503'])(
    'a first visit that fails stores nothing and gets no cookie: %s',
    async (path) => {
      store.takeCalls();

      const reply = await app.browser().get(path);

      expect(reply.setCookies).toEqual([]);
      expect(store.takeCalls()).toEqual([]);
    },
  );

  it('a first visit that is answered below 500 is stored and gets its cookie', async () => {
    const visitor = app.browser();

    expect((await visitor.get('/handler?status=422')).setCookies).toHaveLength(1);

    expect((await visitor.get('/found')).json()).toMatchObject({ found: 'handler' });
  });

  it('a discarded request costs one trip more than none: the unlock', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    store.takeCalls();

    await visitor.get('/bug');

    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
  });
});
