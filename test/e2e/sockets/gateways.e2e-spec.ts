import {
  Injectable,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { concatMap, of, throwError, type Observable } from 'rxjs';
import { CurrentSession, LockSession, MemoryStore, RequireSession, Session } from 'nestjs-sessions';
import { Gate } from '../../support/basics/gate.js';
import { until } from '../../support/basics/within.js';
import type { Browser } from '../../support/http/browser.js';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';
import { socketAdaptersOnPlatforms } from '../../support/sockets/adapters.js';
import type { TestSocket } from '../../support/sockets/socket-clients.js';
import { ObservedStore, WHILE_HELD } from '../../support/stores/observed-store.js';

let gate = new Gate();
/** Opened when the server has heard that a client left. */
let left = new Gate();

@Injectable()
class Counter {
  constructor(private readonly current: CurrentSession) {}

  async count(): Promise<number> {
    await this.current.load();
    this.current.set('visits', this.current.get('visits') + 1);
    return this.current.get('visits') as number;
  }
}

/** Works on the result and on the session when the handler is done. */
const countsLater = {
  intercept: (_: ExecutionContext, next: CallHandler) =>
    next.handle().pipe(
      concatMap(async (answer: { event: string; data: Session }) => {
        await new Promise(setImmediate);
        answer.data.set('visits', answer.data.get('visits') + 1);
        return { event: answer.event, data: answer.data.get('visits') as number };
      }),
    ),
};

const refuses = { canActivate: () => false };

@Injectable()
class AdmitsIfLocked implements CanActivate {
  constructor(private readonly current: CurrentSession) {}

  canActivate(): boolean {
    return this.current.locked;
  }
}

@WebSocketGateway()
class Rooms {
  constructor(private readonly counter: Counter) {}

  /** As the documentation says: Nest 11 sends a client of `ws` no error, but emits it on the client's object. Nest 12 sends it. */
  handleConnection(client: WebSocket): void {
    if (withEvent) {
      client.on('exception', (data: unknown) => client.send(JSON.stringify({ event: 'exception', data })));
    }
  }

  handleDisconnect(): void {
    left.open();
  }

  @SubscribeMessage('read') read(@Session() session: Session): object {
    return answer('read', { ...session.data, locked: session.locked });
  }

  @SubscribeMessage('key') key(@Session('visits') visits: number): object {
    return answer('key', visits);
  }

  @SubscribeMessage('count') async count(@Session() session: Session): Promise<object> {
    const before = session.get('visits') as number;
    await new Promise(setImmediate);
    session.set('visits', before + 1);
    return answer('count', before + 1);
  }

  @SubscribeMessage('held') async held(@Session() session: Session): Promise<object> {
    await gate.pass();
    session.set('held', true);
    return answer('held', true);
  }

  @SubscribeMessage('late') late(@Session() session: Session): object {
    void gate.pass().then(() => session.set('visits', 99));
    return answer('late', true);
  }

  @UseInterceptors(countsLater)
  @SubscribeMessage('later')
  later(@Session() session: Session): object {
    return answer('later', session);
  }

  @SubscribeMessage('fails') fails(@Session() session: Session): never {
    session.set('visits', 99);
    throw new Error('no');
  }

  @SubscribeMessage('streams') streams(@Session() session: Session): Observable<object> {
    session.set('visits', 2);
    return of(answer('streams', 2));
  }

  @SubscribeMessage('stream-fails') streamFails(@Session() session: Session): Observable<object> {
    session.set('visits', 99);
    return throwError(() => new Error('no'));
  }

  @LockSession('read-only')
  @SubscribeMessage('read-only')
  readOnly(@Session() session: Session): object {
    return answer('read-only', session.locked);
  }

  @LockSession('early')
  @SubscribeMessage('early')
  early(@Session() session: Session): object {
    return answer('early', session.locked);
  }

  @LockSession('early')
  @UseGuards(AdmitsIfLocked)
  @SubscribeMessage('early-guarded')
  earlyGuarded(@Session('visits') visits: number): object {
    return answer('early-guarded', visits);
  }

  @LockSession('explicit')
  @SubscribeMessage('explicit')
  async explicit(@Session() session: Session): Promise<object> {
    const isLocked = session.locked;
    await session.withLock(() => session.set('visits', session.get('visits') + 1));
    return answer('explicit', isLocked);
  }

  @RequireSession('user')
  @SubscribeMessage('secret')
  secret(@Session('user') user: string): object {
    return answer('secret', user);
  }

  @UseGuards(refuses)
  @RequireSession()
  @SubscribeMessage('refused')
  refused(): object {
    return answer('refused', true);
  }

  @SubscribeMessage('provider') async provider(): Promise<object> {
    return answer('provider', await this.counter.count());
  }

  @SubscribeMessage('logout') async logout(@Session() session: Session): Promise<object> {
    await session.destroy();
    return answer('logout', true);
  }

  @SubscribeMessage('plain') plain(@MessageBody() text: string): object {
    return answer('plain', text);
  }
}

/** Its own guard loads the session, as the gateway says. */
@LockSession('read-only')
@RequireSession('visits')
@WebSocketGateway()
class GuardedRooms {
  @SubscribeMessage('guarded') guarded(@Session() session: Session): object {
    return answer('guarded', session.locked);
  }
}

/** To socket.io an acknowledgement is what has no event: over `ws` each answer has one. */
let withEvent = true;
function answer(event: string, data: unknown): object {
  return withEvent ? { event, data } : { data };
}

describe.each(socketAdaptersOnPlatforms)(
  'A gateway on $name, on $platform',
  ({ platform, name, connect, configure }) => {
    let store: ObservedStore;
    let app: TestApp;
    let visitor: Browser;
    let socket: TestSocket;

    beforeEach(async () => {
      gate = new Gate();
      left = new Gate();
      withEvent = name === 'ws';
      store = new ObservedStore(new MemoryStore());
      app = await startNotes({
        platform,
        providers: [Rooms, GuardedRooms, Counter],
        sessions: { store, storeTimeout: WHILE_HELD, currentSession: true, lock: { wait: 2_000 } },
        configure,
        forceCloseConnections: true,
      });
      visitor = app.browser();
      await visitor.post('/notes', { visits: 1 });
      socket = await connect(app.url, visitor.cookieHeader);
    });
    afterEach(() => socket.close());

    async function ask(event: string, data?: unknown): Promise<unknown> {
      const reply = await socket.ask(event, data);
      return withEvent ? reply : (reply as { data: unknown }).data;
    }

    const notes = async (): Promise<unknown> => (await visitor.get('/notes')).json();

    it('hands out the session of the handshake, loaded and locked, and its keys', async () => {
      expect(await ask('read')).toEqual({ visits: 1, locked: true });
      expect(await ask('key')).toBe(1);
    });

    it('stores what a handler changes, in one trip to load and one to store', async () => {
      store.takeCalls();
      expect(await ask('count')).toBe(2);

      expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('loses no update of messages that run at the same time, over several sockets', async () => {
      const others = await Promise.all([1, 2, 3].map(() => connect(app.url, visitor.cookieHeader)));
      await Promise.all([socket, ...others].map((one) => one.ask('count')));
      others.forEach((one) => one.close());

      expect(await notes()).toEqual({ visits: 5 });
    });

    it('lets the answer leave only after the commit', async () => {
      const commit = store.hold('update');
      let isAnswered = false;
      const asked = ask('count').finally(() => (isAnswered = true));
      await commit.reached;
      expect(await app.browser().get('/public')).toMatchObject({ text: 'public' });
      expect(isAnswered).toBe(false);

      commit.open();
      expect(await asked).toBe(2);
    });

    it('commits what an interceptor around the handler still changes', async () => {
      expect(await ask('later')).toBe(2);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it.each(['fails', 'stream-fails'])('stores nothing of a handler that throws, and unlocks: %s', async (event) => {
      await expect(ask(event)).rejects.toMatchObject({ status: 'error', message: 'Internal server error' });

      expect(await notes()).toEqual({ visits: 1 });
    });

    it('stores what is changed before the first value of a stream leaves', async () => {
      expect(await ask('streams')).toBe(2);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('answers a commit that fails with an exception, and nothing is stored', async () => {
      store.before('update', () => Promise.reject(new Error('db.internal:5432')));
      await expect(ask('count')).rejects.toEqual(expect.objectContaining({ message: 'Internal server error' }));
      store.mend();

      expect(await notes()).toEqual({ visits: 1 });
      expect(app.logs.matching(/SessionStoreError/)).not.toHaveLength(0);
    });

    it('locks as it is told', async () => {
      expect(await ask('read-only')).toBe(false);
      expect(await ask('guarded')).toBe(false);
      expect(await ask('early')).toBe(true);
      expect(await ask('explicit')).toBe(false);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('is locked before its own guards run, where it says so', async () => {
      expect(await ask('early-guarded')).toBe(1);
    });

    it('turns away who lacks what @RequireSession() names, as a WsException, and unlocks', async () => {
      await expect(ask('secret')).rejects.toMatchObject({ status: 'error', message: 'Forbidden resource' });
      await visitor.post('/notes', { user: 'ann' });
      expect(await ask('secret')).toBe('ann');
    });

    it('unlocks a session that one guard has loaded, when the next one turns the message away', async () => {
      await expect(ask('refused')).rejects.toMatchObject({ message: 'Forbidden resource' });
      expect(await ask('count')).toBe(2);
    });

    it('turns away the messages of a session that is over', async () => {
      await visitor.post('/notes', { user: 'ann' });
      expect(await ask('secret')).toBe('ann');
      await visitor.post('/logout');

      await expect(ask('secret')).rejects.toMatchObject({ message: 'Forbidden resource' });
      await expect(ask('streams')).rejects.toMatchObject({ message: 'Internal server error' });
      expect(app.logs.matching(/SessionGoneError/)).not.toHaveLength(0);
    });

    it('has a CurrentSession, which a provider loads and which is committed with the message', async () => {
      expect(await ask('provider')).toBe(2);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('ends the session, for every request of the visitor', async () => {
      expect(await ask('logout')).toBe(true);
      expect(await notes()).toEqual({});
    });

    it('drops what a handler changes after its answer: the log says so once, and names the handler', async () => {
      expect(await ask('late')).toBe(true);
      gate.open();

      const told = /^Rooms\.late\(\) changed its session after its reply/;
      await until('the log says so', () => app.logs.matching(told).length > 0);
      expect(await notes()).toEqual({ visits: 1 });
      expect(app.logs.matching(told)).toHaveLength(1);
    });

    it('costs a message nothing whose handler does not touch the session', async () => {
      store.takeCalls();
      expect(await ask('plain', 'hello')).toBe('hello');
      expect(store.takeCalls()).toEqual([]);
    });

    it('commits a handler that goes on after its client has left', async () => {
      socket.send('held');
      await gate.reached;
      socket.close();
      await left.pass();
      gate.open();

      expect(await notes()).toEqual({ visits: 1, held: true });
    });

    it('lets a message of a client that has left wait for the lock no longer', async () => {
      const other = await connect(app.url, visitor.cookieHeader);
      other.send('held');
      await gate.reached;
      socket.send('count');
      await socket.ask('plain', 'asked after it');
      socket.close();
      await left.pass();
      gate.open();

      expect(await notes()).toEqual({ visits: 1, held: true });
      other.close();
    });
  },
);
