import { Controller, Post } from '@nestjs/common';
import { LockSession, minutes, Session, Sessions, type SessionStore } from 'nestjs-sessions';
import { randomBytes } from 'node:crypto';
import type { Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { BRIDGED, OURS, type Manner } from '../support/http/manners.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS, type Platform } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { idOf } from '../support/stores/stored-sessions.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class Pages {
  @Post('hold') async hold(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('held', true);
  }

  @Post('logout-unlocked') @LockSession('explicit') async logout(@Session() session: Session): Promise<void> {
    await session.destroy();
  }
}

const unknownId = (): string => randomBytes(32).toString('base64url');

async function startOn(store: SessionStore, platform: Platform = 'express', manner: Manner[1] = {}): Promise<TestApp> {
  gate = new Gate();
  return startNotes({ platform, controllers: [Pages], sessions: { store, lock: { wait: minutes(10) }, ...manner } });
}

/** The header of a browser that has a cookie for several paths. */
const cookieOf = (...ids: string[]): string => ids.map((id) => `session_id=${id}`).join('; ');

async function liveId(app: TestApp, notes: object): Promise<string> {
  const visitor = app.browser();
  expect((await visitor.post('/notes', notes)).status).toBe(201);
  return idOf(visitor);
}

function request(app: TestApp, method: string, path: string, ...ids: string[]): Promise<Reply> {
  return app.browser().request(path, { method, headers: { cookie: cookieOf(...ids) } });
}

async function left(app: TestApp, ...ids: string[]): Promise<unknown[]> {
  const replies = await Promise.all(ids.map((id) => request(app, 'GET', '/notes', id)));
  return replies.map((reply) => reply.json());
}

describe.each([...PLATFORMS.map((platform) => [platform, ...OURS] as const), ['express', ...BRIDGED] as const])(
  'A logout with several cookies of one name, on %s, where sessions are seen %s,',
  (platform, _, manner) => {
    let app: TestApp;
    let ids: string[];

    beforeEach(async () => {
      app = await startOn(distantMemory(), platform, manner);
      ids = [];
      for (const user of ['ann', 'bob', 'eve']) ids.push(await liveId(app, { user }));
    });

    it.each(['/logout', '/logout-unlocked'])('ends every live session that they name: %s', async (path) => {
      const stranger = await liveId(app, { stranger: true });
      const reply = await request(app, 'POST', path, ...ids);

      expect([reply.status, reply.setCookies.length]).toEqual([201, 1]);
      expect(await left(app, ...ids, stranger)).toEqual([{}, {}, {}, { stranger: true }]);
    });

    it('ends them wherever they stand among those that lead nowhere', async () => {
      const [one, other] = ids as [string, string];
      await request(app, 'POST', '/logout', unknownId(), one, 'rubbish', other);

      expect(await left(app, one, other)).toEqual([{}, {}]);
    });

    it('ends the others also when the first was ended before', async () => {
      const [one, other] = ids as [string, string];
      await request(app, 'POST', '/logout', one);
      await request(app, 'POST', '/logout', one, other);

      expect(await left(app, one, other)).toEqual([{}, {}]);
    });

    it('does not wait for a request that holds one of the others, which stores nothing any more', async () => {
      const [own, held] = ids as [string, string];
      const holding = request(app, 'POST', '/hold', held);
      await gate.reached;

      expect((await request(app, 'POST', '/logout', own, held)).status).toBe(201);
      gate.open();
      expect(await holding).toMatchObject({ status: 409, setCookies: [] });
      expect(await left(app, own, held)).toEqual([{}, {}]);
    });

    it('outside of a request ends them as well', async () => {
      await app.nest.get(Sessions).open(cookieOf(...ids), (session) => session.destroy());

      expect(await left(app, ...ids)).toEqual([{}, {}, {}]);
    });

    it('that is none, but a new id, leaves the others alone', async () => {
      const [own, other] = ids as [string, string];
      await request(app, 'POST', '/login', own, other);

      expect(await left(app, own, other)).toEqual([{}, { user: 'bob' }]);
    });
  },
);

describe('A logout that cannot end one of several sessions', () => {
  it('is a 503, and never says that it was done', async () => {
    const store = new ObservedStore(distantMemory());
    const app = await startOn(store);
    const [own, other] = [await liveId(app, { own: true }), await liveId(app, { other: true })];
    let deletions = 0;
    store.before('delete', async () => {
      deletions += 1;
      if (deletions === 2) throw new Error('connect ECONNREFUSED');
    });

    expect((await request(app, 'POST', '/logout', own, other)).status).toBe(503);
    store.mend();
    expect((await request(app, 'POST', '/logout', own, other)).status).toBe(201);
    expect(await left(app, own, other)).toEqual([{}, {}]);
  });
});
