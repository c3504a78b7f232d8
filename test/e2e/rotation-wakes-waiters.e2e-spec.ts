import { Controller, Post } from '@nestjs/common';
import { minutes, Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { MANNERS } from '../support/http/manners.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

let start = new Gate();
let end = new Gate();

/** Each gives its session up in the middle of its handler, and goes on. */
@Controller()
class SlowController {
  @Post('slow-rotation') async rotate(@Session() session: Session): Promise<string> {
    await start.pass();
    await session.regenerate();
    await session.save();
    await end.pass();
    session.set('holder', 'done');
    return session.id;
  }

  @Post('slow-logout') async destroy(@Session() session: Session): Promise<void> {
    await start.pass();
    await session.destroy();
    await end.pass();
  }
}

describe.each(MANNERS)('Requests that wait for a session, where sessions are seen %s,', (_, manner) => {
  let browser: Browser;

  beforeEach(async () => {
    [start, end] = [new Gate(), new Gate()];
    const sessions = { store: distantMemory(), lock: { wait: minutes(10) }, ...manner };
    browser = (await startNotes({ controllers: [SlowController], sessions })).browser();
    await browser.post('/notes', { user: 'ann' });
  });

  it.each(['/slow-rotation', '/slow-logout'])(
    'wake at once when its id dies, and see that it is gone, with the handler still running: %s',
    async (path) => {
      const old = browser.clone();
      const slow = browser.post(path);
      await start.reached;
      const waiting = Array.from({ length: 5 }, () => old.get('/notes'));
      start.open();

      const replies = await Promise.all(waiting);
      expect(replies.map((reply) => [reply.json(), reply.setCookies])).toEqual(replies.map(() => [{}, []]));
      end.open();
      expect((await slow).status).toBe(201);
    },
  );

  it('wait for the new id instead, when they know it: the lease goes on under it', async () => {
    const slow = browser.clone().post('/slow-rotation');
    start.open();
    await end.reached;
    end.open();
    browser.cookies.set('session_id', (await slow).text);
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', holder: 'done' });
  });
});
