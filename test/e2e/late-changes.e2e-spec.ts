import {
  Catch,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  NotFoundException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { LockSession, Session, type SessionObject } from 'nestjs-sessions';
import { tap, type Observable } from 'rxjs';
import { type AnyReply } from '../support/http/any-platform.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

interface WithSession {
  readonly session: SessionObject;
}

/** Sends whoever is refused elsewhere, with a message for the next page. */
@Catch(HttpException)
class FlashFilter implements ExceptionFilter {
  async catch(error: HttpException, host: ArgumentsHost): Promise<void> {
    const { session } = host.switchToHttp().getRequest<WithSession>();
    await session.load();
    session.set('flash', error.message);
    host.switchToHttp().getResponse<AnyReply>().status(302).redirect('/flash');
  }
}

class CountingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { session } = context.switchToHttp().getRequest<WithSession>();
    return next.handle().pipe(tap({ complete: () => session.set('flash', 'from outside') }));
  }
}

/** Does what it has to after the value has come and before the response begins. */
class AsyncInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { session } = context.switchToHttp().getRequest<WithSession>();
    await session.load();
    session.set('flash', 'from an interceptor alone');
    return next.handle();
  }
}

class RefusingGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session } = context.switchToHttp().getRequest<WithSession>();
    await session.load();
    session.set('flash', 'from a guard');
    return false;
  }
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('name', 'ann');
  }

  @Get('flash') flash(@Session() session: Session): object {
    return { flash: session.pop('flash') ?? null, locked: session.locked };
  }

  @Get('filter') @UseFilters(FlashFilter) filter(@Session() session: Session): never {
    session.set('tried', true);
    throw new ForbiddenException('not for you');
  }

  @Get('filter-alone') @UseFilters(FlashFilter) filterAlone(): never {
    throw new NotFoundException('no such page');
  }

  @Get('outer') @UseInterceptors(CountingInterceptor) outer(@Session() session: Session): boolean {
    return session.set('handled', true).has('handled');
  }

  @Get('interceptor-alone') @UseInterceptors(AsyncInterceptor) interceptorAlone(): string {
    return 'handled';
  }

  @Get('guard') @UseGuards(RefusingGuard) guard(): void {}

  @Get('unlocked-guard') @LockSession('explicit') @UseGuards(RefusingGuard) unlockedGuard(): void {}
}

describe.each(PLATFORMS)('What changes the session outside of the handler is committed too, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store, lock: { wait: 2_000 } } });
  });
  afterAll(() => app.close());

  const ROUTES = [
    ['a filter', '/filter', 302, 'not for you'],
    ['a filter on a route that does not take the session', '/filter-alone', 302, 'no such page'],
    ['an outer interceptor', '/outer', 200, 'from outside'],
    [
      'an interceptor on a route that does not take the session',
      '/interceptor-alone',
      200,
      'from an interceptor alone',
    ],
    ['a guard that refuses', '/guard', 403, 'from a guard'],
    ['a guard that refuses and did not lock', '/unlocked-guard', 403, 'from a guard'],
  ] as const;

  it.each(ROUTES)('%s: the next request finds it, and the session is unlocked', async (_, path, status, flash) => {
    const visitor = app.browser();
    await visitor.get('/start');

    expect((await visitor.get(path)).status).toBe(status);

    expect((await visitor.get('/flash')).json()).toEqual({ flash, locked: true });
  });

  it.each(ROUTES)('%s: also on the first visit, whose cookie goes with the reply', async (_, path, status, flash) => {
    const visitor = app.browser();

    const reply = await visitor.get(path);

    expect(reply.status).toBe(status);
    expect(reply.setCookies).toHaveLength(1);
    expect((await visitor.get('/flash')).json()).toEqual({ flash, locked: true });
  });
});
