import { Controller, Get, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LockSession, Session } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { hashOf, idOf } from '../support/stores/stored-sessions.js';

/** The same request again, from within: with the same cookie, to the same server. */
async function callOneself({ headers, socket }: Request): Promise<number> {
  const url = `http://127.0.0.1:${String(socket.localPort)}/inner`;
  return (await fetch(url, { headers: { cookie: headers.cookie ?? '' } })).status;
}

@Controller()
class NestedController {
  @Get('outer') async outer(@Session() session: Session, @Req() request: Request): Promise<number> {
    session.set('outer', true);
    return callOneself(request);
  }

  @Get('unlocked') @LockSession('explicit') async unlocked(
    @Session() session: Session,
    @Req() request: Request,
  ): Promise<number> {
    await session.withLock((locked) => locked.set('outer', true));
    return callOneself(request);
  }

  @Get('inner') inner(@Session() session: Session): void {
    session.set('inner', true);
  }
}

describe.each(PLATFORMS)('A handler that calls its own server with the same cookie, on %s', (platform) => {
  it('waits for itself until lock.wait, and the log names the session, the route that has it, and for how long', async () => {
    const store = distantMemory();
    const app = await startNotes({
      platform,
      controllers: [NestedController],
      sessions: { store, lock: { wait: 200 } },
    });
    const browser = app.browser();
    await browser.post('/notes', { user: 'ann' });
    const hash = hashOf(idOf(browser));
    const reply = await browser.get('/outer');

    expect([reply.status, reply.text]).toEqual([200, '503']);
    const [line = ''] = app.logs.matching(/is locked/);
    expect(line).toContain(`Session ${hash.slice(0, 8)} is locked: it was not free within`);
    expect(line).toMatch(/It has been held for \d+ ms by GET \/outer/);
    expect(line).toContain('waits for itself: release the lock first');
    expect(line).not.toContain(hash);
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', outer: true });
  });

  it('gets an answer when it does not hold the lock meanwhile', async () => {
    const app = await startNotes({ platform, controllers: [NestedController], sessions: { store: distantMemory() } });
    const browser = app.browser();
    await browser.post('/notes', { user: 'ann' });

    expect((await browser.get('/unlocked')).text).toBe('200');
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', outer: true, inner: true });
  });
});
