import { Controller, Post } from '@nestjs/common';
import { LockSession, minutes, Session } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { generateSessionId, hashSessionId } from '../../lib/session/session-id.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';

const TEXT = 'x'.repeat(10_000);

let gate = new Gate();

@Controller()
class SlowController {
  @Post('locked') async locked(@Session() session: Session): Promise<string> {
    await gate.pass();
    session.set('late', true);
    return 'done';
  }

  @Post('unlocked') @LockSession('explicit') unlocked(@Session() session: Session): Promise<string> {
    return this.locked(session);
  }

  @Post('rotates') async rotates(@Session() session: Session): Promise<string> {
    await gate.pass();
    await session.regenerate();
    return this.locked(session);
  }
}

/** All sessions are gone, since it has nowhere to keep them. */
async function restart(server: MemcachedServer): Promise<void> {
  await server.stop();
  await server.start();
}

/** It keeps items of about one size together, and drops those that were used longest ago. */
async function fillUp({ address }: MemcachedServer): Promise<void> {
  const others = new MemcachedStore({ servers: address });
  const now = Date.now();
  const record = { data: JSON.stringify({ text: TEXT }), createdAt: now, expiresAt: now + minutes(60) };
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 50 }, () => others.create({ id: hashSessionId(generateSessionId()), record })),
    );
  }
  await others.close();
}

describe.each([
  { event: 'that is restarted', options: [], forget: restart },
  { event: 'that is full', options: ['-m', '2'], forget: fillUp },
])('A memcached $event', ({ options, forget }) => {
  let server: MemcachedServer;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    server = await MemcachedServer.start(options);
  });
  beforeEach(async () => {
    gate = new Gate();
    const store = new MemcachedStore({ servers: server.address });
    app = await startNotes({ controllers: [SlowController], sessions: { store } });
    visitor = app.browser();
    await visitor.post('/notes', { text: TEXT });
  });
  afterAll(() => server.stop());

  it('has forgotten its sessions: their visitors start anew, under new ids', async () => {
    const known = visitor.cookies.get('session_id');
    await forget(server);

    expect((await visitor.get('/notes')).json()).toEqual({});
    expect((await visitor.post('/notes', { a: 1 })).setCookies).toHaveLength(1);
    expect(visitor.cookies.get('session_id')).not.toBe(known);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
  });

  async function forgetDuring(path: string): Promise<Reply> {
    const running = visitor.clone().post(path);
    await gate.reached;
    await forget(server);
    gate.open();
    return running;
  }

  it.each(['/locked', '/unlocked'])(
    'gets none back from a request that had read it before and changes it, which is a 409 and expires the cookie: %s',
    async (path) => {
      const { status, setCookies } = await forgetDuring(path);

      expect([status, setCookies]).toEqual([409, [expect.stringContaining('Max-Age=0')]]);
      expect((await visitor.get('/notes')).json()).toEqual({});
    },
  );

  it('gets a fresh one from a request that had read it before and rotates it', async () => {
    expect(await forgetDuring('/rotates')).toMatchObject({ status: 201, setCookies: [expect.any(String)] });
    expect((await visitor.get('/notes')).json()).toEqual({});
  });
});
