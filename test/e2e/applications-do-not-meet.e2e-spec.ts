import { Controller, Get } from '@nestjs/common';
import { LockSession, MemoryStore, Session } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let gate = new Gate();

/** Both applications have the same controller class: what is mounted on it belongs to neither. */
@Controller()
class Visits {
  @Get('visit') visit(@Session() session: Session): number {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }

  @Get('slow') async slow(@Session() session: Session): Promise<void> {
    session.set('slow', true);
    await gate.pass();
  }

  @Get('mode')
  mode(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('locked')
  @LockSession({ mode: 'implicit', wait: 1_000 })
  locked(@Session() session: Session): boolean {
    return session.locked;
  }
}

describe.each(PLATFORMS)('Two applications in one process, on %s', (platform) => {
  let first: TestApp;
  let second: TestApp;
  const stores = [new ObservedStore(new MemoryStore()), new ObservedStore(new MemoryStore())] as const;

  beforeEach(async () => {
    gate = new Gate();
    first = await TestApp.start({
      platform,
      controllers: [Visits],
      sessions: { store: stores[0], cookie: { name: 'first' } },
    });
    second = await TestApp.start({
      platform,
      controllers: [Visits],
      sessions: { store: stores[1], cookie: { name: 'second' }, locking: 'explicit' },
    });
    stores.forEach((store) => store.takeCalls());
  });
  afterEach(() => Promise.all([first.close(), second.close()]));

  it('each use their own store, cookie and options', async () => {
    const visitor = first.browser();
    await visitor.get('/visit');
    expect([...visitor.cookies.keys()]).toEqual(['first']);
    expect(stores[1].takeCalls()).toEqual([]);

    const other = second.browser();
    await other.get('/visit');
    expect([...other.cookies.keys()]).toEqual(['second']);

    expect((await visitor.get('/mode')).text).toBe('true');
    expect((await other.get('/mode')).text).toBe('false');
  });

  it('know nothing of a session of the other, even under the same name', async () => {
    const visitor = first.browser();
    await visitor.get('/visit');
    const stranger = second.browser();
    stranger.cookies.set('second', visitor.cookies.get('first') ?? '');

    expect((await stranger.get('/visit')).text).toBe('1');
  });

  it('do not wait for the locks of the other', async () => {
    const [visitor, other] = [first.browser(), second.browser()];
    await visitor.get('/visit');
    other.cookies.set('second', visitor.cookies.get('first') ?? '');
    const slow = visitor.get('/slow');
    await gate.reached;

    expect((await other.get('/locked')).status).toBe(200);

    gate.open();
    expect((await slow).status).toBe(200);
  });

  it('go on when the other is closed', async () => {
    const visitor = second.browser();
    await first.close();

    await visitor.get('/visit');
    expect((await visitor.get('/visit')).text).toBe('2');
  });
});
