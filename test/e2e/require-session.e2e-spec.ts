import { Controller, Get, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { LockSession, RequireSession, RequireSessionGuard, Session } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

@Controller()
class Methods {
  @Get('any') @RequireSession() any(): string {
    return 'in';
  }

  @Get('user') @RequireSession('user') user(@Session('user') user: string): string {
    return user;
  }

  @Get('both') @RequireSession('user', 'role') both(): string {
    return 'in';
  }

  @Get('guard') @UseGuards(RequireSessionGuard) guard(): string {
    return 'in';
  }

  @Get('unlocked') @LockSession('read-only') @RequireSession('user') unlocked(@Session() session: Session): boolean {
    return session.locked;
  }
}

@Injectable()
class EndsTheSession implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session } = context.switchToHttp().getRequest<{ readonly session: Session }>();
    await session.destroy();
    return true;
  }
}

/** As one that logs in who has a token in another cookie. */
async function logIn(request: { readonly session: Session }, _response: unknown, next: () => void): Promise<void> {
  await request.session.load();
  request.session.set('user', 'ann');
  await request.session.save();
  next();
}

@Injectable()
class Second implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
@UseGuards(EndsTheSession)
class Ended {
  @Get('ended') @RequireSession() ended(): string {
    return 'in';
  }
}

@Controller('members')
@RequireSession('user')
class Members {
  @Get() members(): string {
    return 'in';
  }

  @Get('admin') @RequireSession('role') @UseGuards(Second) admin(): string {
    return 'in';
  }
}

describe.each(PLATFORMS)('@RequireSession(), on %s', (platform) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startNotes({ platform, controllers: [Methods, Members, Ended], sessions: { store: distantMemory() } });
  });

  /** The answers to a visitor who has stored these notes. */
  async function answers(notes: object | undefined, ...paths: string[]): Promise<(string | number)[]> {
    const visitor = app.browser();
    if (notes !== undefined) await visitor.post('/notes', notes);
    const found: (string | number)[] = [];
    for (const path of paths) {
      const { status, text } = await visitor.get(path);
      found.push(status === 200 ? text : status);
    }
    return found;
  }

  it('lets nobody in who has no stored session', async () => {
    expect(await answers(undefined, '/any', '/guard', '/user', '/members')).toEqual([401, 401, 401, 401]);
  });

  it('lets those in who have one, when it asks for no key', async () => {
    expect(await answers({ a: 1 }, '/any', '/guard', '/user', '/members')).toEqual(['in', 'in', 401, 401]);
  });

  it('lets nobody in whose session a guard has just destroyed', async () => {
    expect(await answers({ user: 'ann' }, '/ended')).toEqual([401]);
  });

  it('lets those in whose session a middleware has just begun and saved', async () => {
    const loggedIn = await startNotes({
      controllers: [Methods],
      sessions: { store: distantMemory() },
      configure: (nest) => nest.use(logIn),
    });

    expect((await loggedIn.browser().get('/user')).text).toBe('ann');
  });

  it('asks for every key that it names', async () => {
    expect(await answers({ user: 'ann' }, '/user', '/both')).toEqual(['ann', 401]);
    expect(await answers({ user: 'ann', role: 'admin' }, '/user', '/both')).toEqual(['ann', 'in']);
    expect(await answers({ toString: 'ann' }, '/user')).toEqual([401]);
  });

  it.each([[null], [0], [''], [false]])(
    'lets nobody in whose key holds %j: nobody is logged in as that',
    async (value) => {
      expect(await answers({ user: value }, '/any', '/user', '/both', '/members')).toEqual(['in', 401, 401, 401]);
      expect(await answers({ user: 'ann', role: value }, '/both', '/members/admin')).toEqual([401, 401]);
    },
  );

  it.each([[1], [-1], ['0'], ['false'], [true], [[]], [{}]])('lets those in whose key holds %j', async (role) => {
    expect(await answers({ user: 'ann', role }, '/both', '/members/admin')).toEqual(['in', 'in']);
  });

  it('on a controller holds for all of its routes, and adds up with that of a method', async () => {
    expect(await answers({ user: 'ann' }, '/members', '/members/admin')).toEqual(['in', 401]);
    expect(await answers({ role: 'admin' }, '/members', '/members/admin')).toEqual([401, 401]);
    expect(await answers({ user: 'ann', role: 'admin' }, '/members', '/members/admin')).toEqual(['in', 'in']);
  });

  it('keeps to the locking mode of the route', async () => {
    expect(await answers({ user: 'ann' }, '/unlocked')).toEqual(['false']);
  });

  it('says no with 401 and the words of the status, sends no cookie, and keeps no lock', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const reply = await visitor.get('/user');

    expect(reply.json()).toEqual({ statusCode: 401, message: 'Unauthorized' });
    expect(reply.setCookies).toEqual([]);
    expect((await visitor.post('/notes', { b: 2 })).status).toBe(201);
  });

  it('lets nobody in who has logged out, and says that the session is gone, or whose cookie was made up', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    const copy = visitor.clone();
    await visitor.post('/logout');
    const stranger = app.browser();
    stranger.cookies.set('session_id', 'A'.repeat(43));

    expect([(await copy.get('/user')).status, (await stranger.get('/any')).status]).toEqual([409, 401]);
  });
});
