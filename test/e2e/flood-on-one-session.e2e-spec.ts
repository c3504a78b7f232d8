import { Controller, Get, Post } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { minutes, Session } from 'nestjs-sessions';
import { SessionEngine } from '../../lib/session/session-engine.js';
import type { Browser } from '../support/http/browser.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { often } from '../support/models/long-form.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

/** The default of `lock.maxWaiters`. */
const WAITERS = 100;

let gate = new Gate();
let served = 0;
/** Requests that have come and are neither answered nor given up. */
let underWay = 0;

@Controller()
class FloodController {
  @Post('hold') async hold(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('held', true);
  }

  @Get('flood') flood(@Session() session: Session): void {
    served += 1;
    session.set('flooded', served);
  }
}

function countUnderWay(_: unknown, response: ServerResponse, next: () => void): void {
  underWay += 1;
  response.once('close', () => (underWay -= 1));
  next();
}

describe('A flood of requests with one cookie', () => {
  const size = often(500);
  let app: TestApp;
  let browser: Browser;
  let holder: Promise<unknown>;
  let flood: Exchange[];

  async function flow(requests: number): Promise<void> {
    [gate, served, underWay] = [new Gate(), 0, 0];
    const store = distantMemory();
    app = await startNotes({
      controllers: [FloodController],
      sessions: { store, lock: { wait: minutes(5) } },
      configure: (nest) => nest.use(countUnderWay),
    });
    browser = app.browser();
    await browser.post('/notes', { user: 'ann' });
    holder = browser.post('/hold');
    await gate.reached;
    const headers = { cookie: browser.cookieHeader };
    flood = Array.from({ length: requests }, () => new Exchange(`${app.url}/flood`, { headers }));
    // The lock is still held, so whoever is answered did not wait for it.
    while (answered().length < requests - WAITERS) await nextTurn();
  }

  afterEach(() => {
    gate.open();
    flood.forEach((exchange) => exchange.leave());
  });

  const answered = (): Exchange[] => flood.filter(({ isAnswered }) => isAnswered);

  it('makes lock.maxWaiters of them wait and refuses the others at once, and everybody else is served', async () => {
    await flow(size);
    const refused = await Promise.all(answered().map(({ head }) => head));
    expect(refused.map(({ statusCode }) => statusCode)).toEqual(Array(size - WAITERS).fill(503));
    expect(new Set(refused.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1']));
    expect(refused.filter(({ headers }) => 'set-cookie' in headers)).toEqual([]);
    expect(served).toBe(0);

    const other = app.browser();
    expect((await other.post('/notes', { a: 1 })).status).toBe(201);
    expect((await other.get('/notes')).json()).toEqual({ a: 1 });
    expect((await browser.get('/public')).text).toBe('public');
    expect(answered()).toHaveLength(size - WAITERS);

    gate.open();
    await holder;
    const all = await Promise.all(flood.map(({ head }) => head));
    expect(all.filter(({ statusCode }) => statusCode === 200)).toHaveLength(WAITERS);
    expect(served).toBe(WAITERS);
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', held: true, flooded: WAITERS });
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
  });

  it('leaves nothing behind when its clients go away, and nobody waits for them', async () => {
    await flow(200);
    flood.forEach((exchange) => exchange.leave());
    // The holder stays.
    while (underWay > 1) await nextTurn();
    const next = browser.clone().get('/flood');
    while (underWay < 2) await nextTurn();
    await nextTurn();
    gate.open();
    await holder;

    // With those in the queue who have left it would have been refused.
    expect((await next).status).toBe(200);
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', held: true, flooded: 1 });
    expect(served).toBe(1);
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
  });
});
