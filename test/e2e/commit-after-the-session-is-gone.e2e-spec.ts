import { Controller, Get } from '@nestjs/common';
import { LockSession, minutes, Session } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let gate = new Gate();

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('name', 'ann');
  }

  @Get('read') @LockSession('read-only') read(@Session() session: Session): unknown {
    return session.data;
  }

  @Get('slow-read') @LockSession('explicit') async slowRead(@Session() session: Session): Promise<unknown> {
    await gate.pass();
    return session.data;
  }

  @Get('slow-change') @LockSession('explicit') async slowChange(@Session() session: Session): Promise<string> {
    await gate.pass();
    session.set('late', true);
    return 'answered';
  }

  @Get('slow-regenerate') @LockSession('explicit') async slowRotation(@Session() session: Session): Promise<string> {
    await gate.pass();
    await session.regenerate();
    session.set('late', true);
    return 'answered';
  }

  @Get('destroy') @LockSession('explicit') destroy(@Session() session: Session): Promise<void> {
    return session.destroy();
  }

  @Get('regenerate') @LockSession('explicit') regenerate(@Session() session: Session): Promise<void> {
    return session.regenerate();
  }
}

describe.each(PLATFORMS)('A commit that finds its session gone, on %s', (platform) => {
  const start = Date.now();
  let now = start;
  let store: ObservedStore;
  let app: TestApp;

  beforeEach(async () => {
    [gate, now] = [new Gate(), start];
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store, clock: { now: () => now } } });
  });
  afterEach(async () => {
    gate.open();
    await app.close();
  });

  describe.each(['destroy', 'regenerate'])('after %s in another request', (end) => {
    it('is a 409 that has written nothing and sends no cookie, when it has changed something', async () => {
      const visitor = app.browser();
      await visitor.get('/start');
      const old = visitor.clone();
      const slow = old.get('/slow-change');
      await gate.reached;
      await visitor.get(`/${end}`);
      const after = (await visitor.get('/read')).json();

      gate.open();

      expect(await slow).toMatchObject({ status: 409, setCookies: [] });
      expect((await old.get('/read')).json()).toEqual({});
      expect((await visitor.get('/read')).json()).toEqual(after);
    });

    it('makes a fresh session when it has rotated, and leaves the other one as it is', async () => {
      const visitor = app.browser();
      await visitor.get('/start');
      const late = visitor.clone();
      const slow = late.get('/slow-regenerate');
      await gate.reached;
      await visitor.get(`/${end}`);
      const after = (await visitor.get('/read')).json();

      gate.open();

      expect(await slow).toMatchObject({ status: 200, text: 'answered', setCookies: [expect.any(String)] });
      expect((await late.get('/read')).json()).toEqual({ late: true });
      expect((await visitor.get('/read')).json()).toEqual(after);
    });

    it('touches nothing and sends no cookie when it only read, and is served', async () => {
      const visitor = app.browser();
      await visitor.get('/start');
      now += minutes(10);
      const old = visitor.clone();
      const slow = old.get('/slow-read');
      await gate.reached;
      await visitor.get(`/${end}`);

      gate.open();

      expect(await slow).toMatchObject({ status: 200, setCookies: [] });
      expect((await slow).json()).toEqual({ name: 'ann' });
      expect((await old.get('/read')).json()).toEqual({});
    });
  });
});
