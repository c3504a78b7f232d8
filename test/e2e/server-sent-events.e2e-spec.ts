import { Controller, Get, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import { LockSession, minutes, RequireSessionGuard, Session } from 'nestjs-sessions';
import { from, Observable } from 'rxjs';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let gate = new Gate();
let failure: unknown;

/** One event, then whatever `work` does once the test opens the gate, then the last event. */
function events(first: unknown, work: () => unknown): Observable<MessageEvent> {
  return from(
    (async function* () {
      yield { data: JSON.stringify(first) };
      await gate.pass();
      await work();
      yield { data: 'last' };
    })(),
  );
}

@Controller()
class Events {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('locked') @LockSession({ wait: 2_000 }) locked(@Session() session: Session): object {
    return { found: session.get('found'), locked: session.locked };
  }

  @Sse('facts') facts(@Session() session: Session): Observable<MessageEvent> {
    return events({ found: session.get('found'), loaded: session.loaded, locked: session.locked }, () => undefined);
  }

  @Sse('facts-async') async factsAsync(@Session() session: Session): Promise<Observable<MessageEvent>> {
    return Promise.resolve(this.facts(session));
  }

  @Sse('read-only') @LockSession('read-only') readOnly(@Session() session: Session): Observable<MessageEvent> {
    return this.facts(session);
  }

  @Sse('guarded') @UseGuards(RequireSessionGuard) guarded(@Session() session: Session): Observable<MessageEvent> {
    return this.facts(session);
  }

  @Sse('changes') changes(@Session() session: Session): Observable<MessageEvent> {
    return events('first', () => session.set('found', 'changed'));
  }

  @Sse('saves') saves(@Session() session: Session): Observable<MessageEvent> {
    return events('first', async () => {
      session.set('found', 'saved');
      await session.save();
      await gate.pass();
    });
  }

  @Sse('rotates') rotates(@Session() session: Session): Observable<MessageEvent> {
    return events('first', () => session.regenerate().catch((error: unknown) => (failure = error)));
  }

  @Sse('destroys') destroys(@Session() session: Session): Observable<MessageEvent> {
    return events('first', () => session.destroy().catch((error: unknown) => (failure = error)));
  }

  @Sse('creates') creates(@Session() session: Session): Observable<MessageEvent> {
    return events('first', () => {
      try {
        session.set('found', 'created');
      } catch (error) {
        failure = error;
      }
    });
  }
}

describe.each(PLATFORMS)('An @Sse() handler, on %s', (platform) => {
  const start = Date.now();
  let now = start;
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({
      platform,
      controllers: [Events],
      sessions: { store, storeTimeout: WHILE_HELD, clock: { now: () => now } },
    });
  });
  beforeEach(() => {
    now = start;
    gate = new Gate();
    failure = undefined;
  });
  afterEach(() => gate.open());
  afterAll(() => app.close());

  async function open(path: string) {
    const visitor = app.browser();
    await visitor.get('/start');
    now += minutes(10);
    store.takeCalls();
    const exchange = new Exchange(app.url + path, { headers: { cookie: visitor.cookieHeader } });
    const head = await exchange.head;
    const first = new Promise<string>((resolve) => head.setEncoding('utf8').once('data', resolve));
    return { visitor, exchange, head, first };
  }

  it.each(['/facts', '/facts-async', '/read-only', '/guarded'])(
    'finds its session loaded and unlocked: %s',
    async (path) => {
      const { first } = await open(path);

      expect(await first).toContain(JSON.stringify({ found: 'start', loaded: true, locked: false }));
    },
  );

  it.each(['/facts', '/facts-async', '/read-only'])(
    'has its session touched and its cookie refreshed when that is due: %s',
    async (path) => {
      const { head } = await open(path);

      expect(store.takeCalls()).toEqual(['load', 'touch']);
      expect(head.headers['content-type']).toBe('text/event-stream');
      expect(head.headers['set-cookie']).toEqual([expect.stringMatching(/^session_id=.*Max-Age=3600/)]);
      expect(head.headers.vary).toContain('Cookie');
    },
  );

  it('holds no lock while it streams', async () => {
    const { visitor, first } = await open('/facts');
    await first;

    expect((await visitor.get('/locked')).json()).toEqual({ found: 'start', locked: true });
  });

  it('has what it changed committed when the stream ends', async () => {
    const { visitor, exchange, first } = await open('/changes');
    await first;

    gate.open();
    expect(await exchange.text()).toContain('last');

    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'changed' });
  });

  it('has what it changed committed at save(), while it streams', async () => {
    const { visitor, exchange, first } = await open('/saves');
    await first;
    const saved = store.hold('update');

    gate.open();
    await saved.reached;
    store.mend();
    await exchange.text();

    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'saved' });
  });

  it.each([
    ['rotate', '/rotates'],
    ['destroy', '/destroys'],
  ])('cannot %s its session, since no cookie can follow the headers', async (_, path) => {
    const { visitor, exchange, first } = await open(path);
    await first;

    gate.open();
    await exchange.text();

    expect(failure).toMatchObject({ code: 'SESSION_HEADERS_SENT' });
    expect((await visitor.get('/locked')).json()).toMatchObject({ found: 'start' });
  });

  it('cannot create a session, since no cookie can follow the headers', async () => {
    const exchange = new Exchange(`${app.url}/creates`);
    await exchange.head;
    store.takeCalls();

    gate.open();
    await exchange.text();

    expect(failure).toMatchObject({ code: 'SESSION_HEADERS_SENT' });
    expect(store.takeCalls()).toEqual([]);
    expect((await exchange.head).headers['set-cookie']).toBeUndefined();
  });
});
