import {
  Controller,
  Get,
  Injectable,
  Module,
  Query,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LockSession, Session, type SessionObject } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';

const seen = new Map<string, string>();

const EVERY_GUARD = [
  'useGlobalGuards',
  'of AppModule',
  'of a module that is imported before',
  'request-scoped',
  'route',
];

function sessionIn(context: ExecutionContext): SessionObject {
  return context.switchToHttp().getRequest<{ session: SessionObject }>().session;
}

/** Touches the session, as an authentication guard does, and notes what it found. */
class TouchingGuard implements CanActivate {
  constructor(private readonly name: string) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = sessionIn(context);
    const before = session.locked ? 'locked' : 'open';
    await session.load();
    seen.set(this.name, `${before}, then ${session.locked ? 'locked' : 'open'}`);
    return true;
  }
}

@Injectable()
class AppModuleGuard extends TouchingGuard {
  constructor() {
    super('of AppModule');
  }
}

@Injectable()
class EarlierModuleGuard extends TouchingGuard {
  constructor() {
    super('of a module that is imported before');
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedGuard extends TouchingGuard {
  constructor() {
    super('request-scoped');
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: EarlierModuleGuard }] })
class EarlierModule {}

class LookingPipe implements PipeTransform {
  transform(value: unknown): unknown {
    seen.set('pipe', `after ${seen.size} guards`);
    return value;
  }
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('name', 'ann');
  }

  @Get('implicit')
  @UseGuards(new TouchingGuard('route'))
  implicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('explicit')
  @LockSession('explicit')
  @UseGuards(new TouchingGuard('route'))
  explicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('read-only')
  @LockSession('read-only')
  @UseGuards(new TouchingGuard('route'))
  readOnly(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('early')
  @LockSession('early')
  @UseGuards(new TouchingGuard('route'))
  early(@Query('word', LookingPipe) word: string): string {
    return word;
  }
}

describe.each(PLATFORMS)('The guard of the module runs before every other, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      platform,
      controllers: [Pages],
      imports: [EarlierModule],
      providers: [
        { provide: APP_GUARD, useClass: AppModuleGuard },
        { provide: APP_GUARD, useClass: RequestScopedGuard },
      ],
      sessions: { store: distantMemory() },
      configure: (nest: INestApplication) => nest.useGlobalGuards(new TouchingGuard('useGlobalGuards')),
    });
  });
  afterAll(() => app.close());

  /** What each guard found and left, in the order in which they ran. */
  async function guardsOf(path: string): Promise<string[]> {
    const visitor = app.browser();
    await visitor.get('/start');
    seen.clear();
    expect((await visitor.get(path)).status).toBe(200);
    for (const guard of EVERY_GUARD) {
      expect([...seen.keys()]).toContain(guard);
    }
    return [...seen.values()];
  }

  it('so the first guard that touches the session locks it when the route says implicit', async () => {
    const [first, ...others] = await guardsOf('/implicit');

    expect(first).toBe('open, then locked');
    expect(others).toEqual(Array(4).fill('locked, then locked'));
  });

  it.each(['/explicit', '/read-only'])('so no guard locks the session when the route says so: %s', async (path) => {
    expect(await guardsOf(path)).toEqual(Array(5).fill('open, then open'));
  });

  it('so early has locked before all of them and before pipes, also when the handler does not take the session', async () => {
    expect(await guardsOf('/early?word=x')).toEqual([...Array(5).fill('locked, then locked'), 'after 5 guards']);
  });

  it('and what early has locked is let go when the request is over', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    await visitor.get('/early?word=x');

    expect((await visitor.get('/implicit')).text).toBe('true');
  });
});
