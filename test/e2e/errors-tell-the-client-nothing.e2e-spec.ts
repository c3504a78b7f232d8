import {
  Controller,
  Get,
  Injectable,
  Post,
  Req,
  Res,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Response } from 'express';
import {
  LockSession,
  MemoryStore,
  Session,
  SessionLockLostError,
  SessionNotSerializableError,
  SessionsConfigError,
  SessionStoreError,
  type SessionObject,
} from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { TestApp } from '../support/http/test-app.js';

interface WithSession {
  readonly session: SessionObject;
}

let gate = new Gate();

@Injectable()
class LooksTooEarly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<WithSession>().session.has('user');
  }
}

@Injectable()
class LoadsFirst implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { session } = context.switchToHttp().getRequest<WithSession>();
    await session.load();
    return session.has('user');
  }
}

@Controller()
class Failing {
  @Get('lost') lost(): never {
    throw new SessionLockLostError('k9Hash42');
  }

  @Get('key') key(): never {
    throw new SessionNotSerializableError('creditCard', 'it has a Date');
  }

  @Get('store') store(): never {
    throw new SessionStoreError('SELECT * FROM sessions at db.internal:5432', 1_000, { cause: new Error('secret') });
  }

  @Get('config') config(): never {
    throw new SessionsConfigError('host db.internal');
  }

  @Post('read-only') @LockSession('read-only') readOnly(@Session() session: Session): void {
    session.set('creditCard', '1');
  }

  @Get('hold') async hold(@Session() session: Session): Promise<boolean> {
    await gate.pass();
    return session.locked;
  }

  @Post('by-itself') byItself(@Session() session: Session, @Res() response: Response): void {
    session.set('b', 2);
    response.status(201).header('Location', '/secret').send({ stored: true });
  }

  @Get('early') @UseGuards(LooksTooEarly) early(): string {
    return 'in';
  }

  @Get('loads') @UseGuards(LoadsFirst) loads(): string {
    return 'in';
  }

  @Get('raw') raw(@Req() request: WithSession): unknown {
    return request.session.get('user');
  }
}

const INTERNAL = { statusCode: 500, message: 'Internal Server Error' };
const UNAVAILABLE = { statusCode: 503, message: 'Service Unavailable' };

describe.each(PLATFORMS)('An error over HTTP, on %s', (platform) => {
  const store = new ObservedStore(new MemoryStore());
  let app: TestApp;
  beforeEach(async () => {
    gate = new Gate();
    store.mend();
    app = await startNotes({ platform, controllers: [Failing], sessions: { store, lock: { wait: 50 } } });
  });

  it.each([
    ['/lost', { statusCode: 409, message: 'Conflict' }],
    ['/key', INTERNAL],
    ['/store', UNAVAILABLE],
    ['/config', INTERNAL],
  ])('has its status and the words of the status alone: %s', async (path, body) => {
    const reply = await app.browser().get(path);

    expect(reply.status).toBe(body.statusCode);
    expect(reply.json()).toEqual(body);
    expect(app.logs.matching(/Error: /, 'error')).toHaveLength(1);
  });

  it('tells nothing of a store that fails, before the handler or after it; the log has the reason', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    store.before('update', () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432')));
    const after = await visitor.post('/notes', { b: 2 });
    const instead = await visitor.post('/by-itself');
    store.breakDown();
    const before = await visitor.get('/notes');

    expect(instead.headers.get('location')).toBeNull();
    for (const { status, headers, json, setCookies } of [before, after, instead]) {
      expect({ status, retry: headers.get('retry-after'), body: json(), setCookies }).toEqual({
        ...{ status: 503, retry: '1', setCookies: [] },
        body: UNAVAILABLE,
      });
    }
    expect(app.logs.matching(/ECONNREFUSED db\.internal/, 'error').length).toBeGreaterThan(0);
  });

  it('tells nothing of who holds the lock; the log has route, process and the short hash', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const holder = visitor.clone().get('/hold');
    await gate.reached;
    const reply = await visitor.get('/notes');
    gate.open();

    expect([reply.status, reply.headers.get('retry-after'), reply.json()]).toEqual([503, '1', UNAVAILABLE]);
    expect((await holder).text).toBe('true');
    expect(app.logs.matching(/Session [\w-]{8} is locked: .*held for \d+ ms by GET \/hold \(.+:\d+\)/)).toHaveLength(1);
  });

  it('tells nothing of the key of a value that was refused', async () => {
    const reply = await app.browser().post('/read-only');

    expect([reply.status, reply.json()]).toEqual([500, INTERNAL]);
    expect(app.logs.matching(/SessionReadOnlyError: session\.set\(\).*read-only/)).toHaveLength(1);
  });

  it.each(['/early', '/raw'])('says what to do when data are read before they are loaded: %s', async (path) => {
    expect((await app.browser().get(path)).status).toBe(500);
    expect(
      app.logs.matching(/SessionNotLoadedError: session\.(has|get) was used before .*await session\.load\(\)/),
    ).toHaveLength(1);
  });

  it('goes away when that is done', async () => {
    const visitor = app.browser();
    await visitor.post('/login');

    expect((await visitor.get('/loads')).text).toBe('in');
    expect((await app.browser().get('/loads')).status).toBe(403);
  });
});
