import { Controller, Post, UseGuards } from '@nestjs/common';
import { minutes, Session, type SessionStore } from 'nestjs-sessions';
import type { ServerResponse } from 'node:http';
import { SessionEngine } from '../../lib/session/session-engine.js';
import { ArrivalsGuard, nextArrival } from '../support/http/arrivals.js';
import type { Browser } from '../support/http/browser.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { hashOf, idOf } from '../support/stores/stored-sessions.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();
let visits = 0;
let gone = new Gate();

@Controller()
class VisitsController {
  @Post('visit')
  @UseGuards(ArrivalsGuard)
  async visit(@Session() session: Session): Promise<void> {
    visits += 1;
    await gate.pass();
    session.set('visits', (session.get('visits') ?? 0) + 1);
  }
}

describe.each(PLATFORMS)('A client that goes away, on %s', (platform) => {
  let inner: SessionStore;
  let store: ObservedStore;
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    [gate, gone, visits] = [new Gate(), new Gate(), 0];
    inner = distantMemory();
    store = new ObservedStore(inner);
    app = await startNotes({
      platform,
      controllers: [VisitsController],
      sessions: { store, lock: { wait: minutes(10), maxWaiters: 1 } },
      configure: (nest) =>
        nest.use((_: unknown, response: ServerResponse, next: () => void) => {
          response.once('close', () => {
            if (!response.writableFinished) void gone.pass();
          });
          next();
        }),
    });
    browser = app.browser();
    await browser.post('/notes', { user: 'ann' });
  });

  const stored = async (): Promise<unknown> => (await browser.get('/notes')).json();

  /** A request that has come, and the end of it. */
  async function visit(): Promise<{ status: () => Promise<number | undefined>; leave: () => Promise<void> }> {
    const arrived = nextArrival();
    const headers = { cookie: browser.cookieHeader };
    const exchange = new Exchange(`${app.url}/visit`, { method: 'POST', headers });
    await arrived;
    const leave = async (): Promise<void> => {
      exchange.leave();
      await gone.reached;
    };
    const status = async (): Promise<number | undefined> => {
      await exchange.text();
      return (await exchange.head).statusCode;
    };
    return { status, leave };
  }

  it('while its request waits gives its place to the next one at once, and its handler never runs', async () => {
    const holder = await visit();
    const leaving = await visit();
    expect(await (await visit()).status()).toBe(503);

    await leaving.leave();
    const next = await visit();
    gate.open();
    expect(await next.status()).toBe(201);
    expect(await holder.status()).toBe(201);
    expect(visits).toBe(2);
    expect(await stored()).toEqual({ user: 'ann', visits: 2 });
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
  });

  it('while its request waits for another process leaves no lock to anybody', async () => {
    const id = hashOf(idOf(browser));
    const holder = { route: 'elsewhere', process: 'other:1', since: Date.now() };
    await inner.tryLock({ id, token: 'theirs', lease: minutes(1), holder });
    const polling = new Gate();
    polling.open();
    store.before('tryLock', () => polling.pass());
    const leaving = await visit();
    await polling.reached;
    await leaving.leave();
    await inner.unlock({ id, token: 'theirs' });

    gate.open();
    expect(await (await visit()).status()).toBe(201);
    expect(visits).toBe(1);
  });

  it('while its handler runs does not stop it: what it changes is committed, and the lock let go', async () => {
    const leaving = await visit();
    await gate.reached;
    await leaving.leave();
    const next = await visit();
    gate.open();

    expect(await next.status()).toBe(201);
    expect(await stored()).toEqual({ user: 'ann', visits: 2 });
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
  });

  it('on its first visit leaves no session, which would have no cookie: the log says so', async () => {
    const arrived = nextArrival();
    const leaving = new Exchange(`${app.url}/visit`, { method: 'POST' });
    await arrived;
    await gate.reached;
    leaving.leave();
    await gone.reached;
    store.takeCalls();

    gate.open();

    const told = /POST \/visit: a new session was not stored, since there is no response, or no longer one/;
    while (app.logs.matching(told).length === 0) await app.browser().get('/public');
    expect(store.takeCalls()).toEqual([]);
  });
});
