import { Controller, Get, UseGuards, type CanActivate } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

class ClosedGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('forbidden') @UseGuards(ClosedGuard) forbidden(@Session() session: Session): void {
    session.set('found', 'forbidden');
  }

  @Get('forbidden-as-well') @LockSession('explicit') @UseGuards(ClosedGuard) asWell(@Session() session: Session): void {
    session.set('found', 'forbidden as well');
  }
}

describe.each(PLATFORMS)('A request that is turned away before it touches the session, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store } });
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/forbidden', 403],
    ['GET', '/forbidden-as-well', 403],
    ['GET', '/nowhere', 404],
    ['POST', '/start', 404],
  ])('accesses no store, sends no cookie and does not vary: %s %s', async (method, path, status) => {
    const visitor = app.browser();
    await visitor.get('/start');
    store.takeCalls();

    const reply = await visitor.request(path, { method });

    expect(reply).toMatchObject({ status, setCookies: [] });
    expect(reply.headers.get('vary')).toBeNull();
    expect(store.takeCalls()).toEqual([]);
  });
});
