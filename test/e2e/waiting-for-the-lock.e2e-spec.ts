import { Controller, Get, Post, Query, UseGuards } from '@nestjs/common';
import { type LockOptions, LockSession, minutes, Session } from 'nestjs-sessions';
import { ArrivalsGuard, nextArrival } from '../support/http/arrivals.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

let gate = new Gate();
let served: string[] = [];

@Controller()
class QueueController {
  @Post('hold') async hold(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('held', true);
  }

  @Post('wait') @UseGuards(ArrivalsGuard) wait(@Session() session: Session, @Query('n') n: string): void {
    served.push(n);
    session.set(n, true);
  }

  @Get('impatient') @LockSession({ wait: 100 }) impatient(@Session() session: Session): void {
    served.push(session.id);
  }
}

describe.each(PLATFORMS)('A request for a session that is locked, on %s', (platform) => {
  let app: TestApp;
  let browser: Browser;
  let holder: Promise<Reply>;

  async function start(lock: LockOptions): Promise<void> {
    [gate, served] = [new Gate(), []];
    app = await startNotes({ platform, controllers: [QueueController], sessions: { store: distantMemory(), lock } });
    browser = app.browser();
    await browser.post('/notes', { user: 'ann' });
    holder = browser.post('/hold');
    await gate.reached;
  }

  afterEach(async () => {
    gate.open();
    expect((await holder).status).toBe(201);
  });

  async function wait(n: number): Promise<{ reply: Promise<Reply> }> {
    const arrived = nextArrival();
    const reply = browser.post(`/wait?n=${n}`);
    await arrived;
    return { reply };
  }

  it('is served in the order in which it came', async () => {
    await start({ wait: minutes(10) });
    const waiting: Promise<Reply>[] = [];
    for (let n = 0; n < 20; n += 1) {
      waiting.push((await wait(n)).reply);
    }
    gate.open();
    await Promise.all(waiting);
    expect(served).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
  });

  it.each(['of the module', 'of the route'])(
    'gives up after lock.wait %s: 503 with Retry-After, no handler',
    async (of) => {
      await start({ wait: of === 'of the module' ? 100 : minutes(10) });
      const reply = of === 'of the module' ? await (await wait(1)).reply : await browser.get('/impatient');

      expect([reply.status, reply.headers.get('retry-after'), reply.setCookies]).toEqual([503, '1', []]);
      expect(served).toEqual([]);
    },
  );

  it('is refused at once when maxWaiters wait already, and those are served', async () => {
    await start({ wait: minutes(10), maxWaiters: 3 });
    const waiting = [await wait(1), await wait(2), await wait(3)];
    const { status, headers } = await (await wait(4)).reply;

    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    gate.open();
    expect((await Promise.all(waiting.map(({ reply }) => reply))).map((reply) => reply.status)).toEqual([
      201, 201, 201,
    ]);
    expect(served).toEqual(['1', '2', '3']);
  });

  it('slows no other session, and no route without one', async () => {
    await start({ wait: minutes(10) });
    const waiting = [];
    for (let n = 0; n < 50; n += 1) {
      waiting.push((await wait(n)).reply);
    }
    const other = app.browser();
    for (let n = 0; n < 20; n += 1) {
      await other.post('/notes', { n });
      expect((await other.get('/notes')).json()).toEqual({ n });
      expect((await browser.get('/public')).text).toBe('public');
    }
    expect(served).toEqual([]);
    gate.open();
    await Promise.all(waiting);
  });
});
