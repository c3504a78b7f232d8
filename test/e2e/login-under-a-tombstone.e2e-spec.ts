import { Controller, Post, UseGuards } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { ArrivalsGuard, nextArrival } from '../support/http/arrivals.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { idOf } from '../support/stores/stored-sessions.js';

let gate = new Gate();
let end = new Gate();

@Controller()
class Logins {
  @Post('set-first') async setFirst(@Session() session: Session): Promise<string> {
    session.set('userId', 7);
    await session.regenerate();
    return session.id;
  }

  @Post('set-last') async setLast(@Session() session: Session): Promise<string> {
    await session.regenerate();
    session.set('userId', 7);
    return session.id;
  }

  @Post('start-over') async startOver(@Session() session: Session): Promise<string> {
    session.set('guest', true);
    await session.regenerate({ keepData: false });
    session.set('userId', 7);
    return session.id;
  }

  @Post('locked') @UseGuards(ArrivalsGuard) locked(@Session() session: Session): Promise<string> {
    return this.setFirst(session);
  }

  @Post('gone-before') @LockSession('explicit') async goneBefore(@Session() session: Session): Promise<string> {
    session.set('userId', 7);
    await gate.pass();
    await session.regenerate();
    return session.id;
  }

  @Post('gone-after') @LockSession('explicit') async goneAfter(@Session() session: Session): Promise<string> {
    await session.regenerate();
    session.set('userId', 7);
    await gate.pass();
    return session.id;
  }

  @Post('gone-and-saved') @LockSession('explicit') async goneAndSaved(@Session() session: Session): Promise<string> {
    const id = await this.goneAfter(session);
    await session.save();
    return id;
  }

  @Post('slow-logout') async slowLogout(@Session() session: Session): Promise<void> {
    await end.pass();
    await session.destroy();
  }

  @Post('slow-login') async slowLogin(@Session() session: Session): Promise<void> {
    await end.pass();
    await session.regenerate();
  }
}

/** What ends the old id, and what the browser that did it finds afterwards. */
const endings = [
  { because: 'destroyed', path: '/logout', slow: '/slow-logout', left: {} },
  { because: 'rotated', path: '/login', slow: '/slow-login', left: { colour: 'red', user: 'ann' } },
];

describe.each(PLATFORMS)('A login with an old cookie, on %s', (platform) => {
  let browser: Browser;
  let late: Browser;

  beforeEach(async () => {
    [gate, end] = [new Gate(), new Gate()];
    const sessions = { store: distantMemory() };
    browser = (await startNotes({ platform, controllers: [Logins], sessions })).browser();
    await browser.post('/notes', { colour: 'red' });
    late = browser.clone();
  });

  const notes = async (client: Browser): Promise<unknown> => (await client.get('/notes')).json();

  async function expectFresh(reply: Reply, data: object): Promise<void> {
    expect([reply.status, reply.setCookies.length]).toEqual([201, 1]);
    expect(idOf(late)).toBe(reply.text);
    expect(await notes(late)).toEqual(data);
  }

  describe.each(endings)('of a session that was $because', ({ path, slow, left }) => {
    it.each(['/set-first', '/set-last', '/start-over'])(
      'starts a fresh session with what it has set, and nothing of the old one: %s',
      async (login) => {
        await browser.post(path);

        await expectFresh(await late.post(login), { userId: 7 });
        expect(idOf(late)).not.toBe(idOf(browser));
        expect(await notes(browser)).toEqual(left);
      },
    );

    it.each(['/gone-before', '/gone-after', '/gone-and-saved'])(
      'starts a fresh one also when that was done while it ran: %s',
      async (login) => {
        const reply = late.post(login);
        await gate.reached;
        await browser.post(path);
        gate.open();

        await expectFresh(await reply, { userId: 7 });
        expect(await notes(browser)).toEqual(left);
      },
    );

    it('starts a fresh one also when it waited for the lock behind that', async () => {
      const ending = browser.post(slow);
      await end.reached;
      const arrival = nextArrival();
      const reply = late.post('/locked');
      await arrival;
      end.open();

      expect((await ending).status).toBe(201);
      await expectFresh(await reply, { userId: 7 });
    });
  });

  it('sent twice at the same time, as by a double click, is two logins: each cookie is logged in', async () => {
    const twice = [late, browser];
    const replies = await Promise.all(twice.map((client) => client.post('/set-last')));

    expect(replies.map(({ status, setCookies }) => [status, setCookies.length])).toEqual([
      [201, 1],
      [201, 1],
    ]);
    for (const client of twice) expect(await notes(client)).toMatchObject({ userId: 7 });
  });
});
