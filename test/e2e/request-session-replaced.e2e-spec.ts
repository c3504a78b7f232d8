import {
  Controller,
  Get,
  Injectable,
  Post,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';

interface Request {
  session: unknown;
}

let replace: (request: Request) => void = () => undefined;

@Injectable()
class ReplacingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    replace(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

@Controller()
class Pages {
  @Post('handler') handler(@Session() session: Session, @Req() request: Request): unknown {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    replace(request);
    return session.data;
  }

  @Post('guard') @UseGuards(ReplacingGuard) guard(@Session() session: Session): unknown {
    session.set('visits', 1);
    return session.data;
  }

  @Get('unlocked') @LockSession('read-only') unlocked(): string {
    return 'done';
  }

  @Get('without') @UseGuards(ReplacingGuard) without(): string {
    return 'done';
  }
}

const own = { get: () => ({}), configurable: true };
const replacements: readonly [string, (request: Request) => void][] = [
  ['{}', (request) => (request.session = {})],
  ['null', (request) => (request.session = null)],
  ['undefined', (request) => (request.session = undefined)],
  ['a copy of the session', (request) => (request.session = { ...(request.session as object) })],
];

describe.each(PLATFORMS)('Something else in the place of request.session, on %s', (platform) => {
  let app: TestApp;

  beforeEach(async () => {
    app = await startNotes({ platform, controllers: [Pages], sessions: { lock: { wait: 300 } } });
  });

  async function refused(path: string, method = 'POST'): Promise<void> {
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    const { status, setCookies } = await visitor.request(path, { method });
    expect([status, setCookies]).toEqual([500, []]);
    // Nothing is stored, and no lock stays.
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann' });
  }

  it.each(replacements)('that is assigned is an error that says so: %s', async (_, theReplacement) => {
    replace = theReplacement;
    for (const path of ['/handler', '/guard']) await refused(path);
    await refused('/without', 'GET');

    expect(app.logs.matching(/SessionsConfigError: .*request\.session/).length).toBeGreaterThan(0);
  });

  it.each([null, undefined])('that is %s, as others log out, says to call destroy()', async (nothing) => {
    replace = (request) => (request.session = nothing);
    await refused('/handler');

    expect(app.logs.matching(/session\.destroy\(\)/)).toHaveLength(1);
  });

  it('that is an own property, and so is not seen when it comes, is an error of the handler', async () => {
    replace = (request) => void Object.defineProperty(request, 'session', own);
    await refused('/guard');

    expect(app.logs.matching(/SessionsConfigError: .*request\.session/)).toHaveLength(1);
  });

  it('that was an own property before the guards is an error also where the route has a lock of its own', async () => {
    const replaced = await startNotes({
      platform,
      controllers: [Pages],
      configure: (nest) =>
        nest.use((request: Request, _response: unknown, next: () => void) => {
          Object.defineProperty(request, 'session', own);
          next();
        }),
    });

    expect((await replaced.browser().get('/unlocked')).status).toBe(500);
    expect(replaced.logs.matching(/SessionsConfigError: request\.session is not of nestjs-sessions/)).toHaveLength(1);
  });

  it('that is the same object is none', async () => {
    replace = (request) => {
      const { session } = request;
      request.session = session;
    };
    const visitor = app.browser();
    const statuses: number[] = [];
    for (const path of ['/handler', '/guard', '/handler']) statuses.push((await visitor.post(path)).status);

    expect(statuses).toEqual([201, 201, 201]);
    expect((await visitor.get('/without')).text).toBe('done');
    expect((await visitor.get('/notes')).json()).toEqual({ visits: 2 });
  });

  it('is named as such also before the middleware of a module that serves some routes only', async () => {
    const restricted = await startNotes({
      platform,
      sessions: { forRoutes: ['notes'] },
      configure: (nest) =>
        nest.use((request: Request, _response: unknown, next: () => void) => {
          request.session = {};
          next();
        }),
    });

    expect((await restricted.browser().get('/notes')).status).toBe(500);
    expect(restricted.logs.matching(/request\.session is not of nestjs-sessions/)).not.toEqual([]);
  });
});
