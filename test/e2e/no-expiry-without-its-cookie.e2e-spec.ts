import { Controller, Get, Req, Res } from '@nestjs/common';
import { MemoryStore, minutes, Session, type SessionObject } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';

const TIMEOUT = minutes(60);
const clock = new ManualClock();
let closed = new Gate();

function passTime(): void {
  clock.set(clock.now() + minutes(1));
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('visits', 1);
  }

  @Get('json') json(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): object {
    const response = nodeResponse(reply);
    response.once('finish', passTime);
    response.once('close', () => setImmediate(() => void closed.pass()));
    return { found: session.has('visits') };
  }

  @Get('pieces') async pieces(@Session() _: Session, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    response.once('close', () => setImmediate(() => void closed.pass()));
    response.write('first,');
    await new Promise(setImmediate);
    passTime();
    response.end('last');
  }
}

@Controller()
class LatePages {
  @Get('late') async late(@Req() { session }: { session: SessionObject }, @Res() reply: AnyReply): Promise<void> {
    const response = nodeResponse(reply);
    response.write('first,');
    await session.load();
    response.end('last');
  }
}

describe.each(PLATFORMS)('The expiry of a session that is read when the headers have left, on %s', (platform) => {
  it('does not move', async () => {
    const store = new ObservedStore(new MemoryStore());
    const app = await startNotes({
      platform,
      controllers: [LatePages],
      sessions: { store, clock, timeout: TIMEOUT, touchAfter: 0 },
    });
    const visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
    passTime();
    store.takeCalls();

    expect(await visitor.get('/late')).toMatchObject({ text: 'first,last', setCookies: [] });
    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
  });
});

describe.each(PLATFORMS.flatMap((platform) => ['/json', '/pieces'].map((path) => [path, platform] as const)))(
  'The expiry of a session that %s uses, on %s',
  (path, platform) => {
    let store: ObservedStore;
    let app: TestApp;
    let visitor: Browser;

    beforeEach(async () => {
      closed = new Gate();
      store = new ObservedStore(new MemoryStore());
      app = await TestApp.start({
        platform,
        controllers: [Pages],
        sessions: { store, clock, timeout: TIMEOUT, touchAfter: 0 },
      });
      visitor = app.browser();
      await visitor.get('/start');
      store.takeCalls();
    });
    afterEach(() => app.close());

    it('moves once, before the headers leave, to what the cookie says: later nobody could tell the browser', async () => {
      passTime();
      const expiresAt = clock.now() + TIMEOUT;
      const { setCookies } = await visitor.get(path);
      await closed.reached;

      expect(store.takeCalls()).toEqual(['tryLock', 'unlock+touch']);
      expect(setCookies).toEqual([expect.stringContaining(`Expires=${new Date(expiresAt).toUTCString()}`)]);

      clock.set(expiresAt);
      expect((await visitor.get('/json')).json()).toEqual({ found: false });
    });
  },
);
