import { Controller, Get } from '@nestjs/common';
import { MemoryStore, Session } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import type { Browser, Reply } from '../support/http/browser.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('visit') visit(@Session() session: Session): unknown {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }

  @Get('public') show(): string {
    return 'public';
  }
}

const TIMEOUT = 700;
const hang = (): Promise<never> => new Promise(() => undefined);

describe.each(PLATFORMS)('A store that hangs, on %s', (platform) => {
  let clock: ManualClock;
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    clock = new ManualClock();
    store = new ObservedStore(new MemoryStore());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store, clock, storeTimeout: TIMEOUT } });
    visitor = app.browser();
    await visitor.get('/visit');
    store.takeCalls();
  });
  afterEach(async () => {
    store.mend();
    await Promise.all([clock.advanceAsync(10 * TIMEOUT), app.close()]);
  });

  /** Sends a request, and lets time pass when it stands before the store. */
  async function waitOut(path: string, milliseconds: number): Promise<Reply> {
    const gate = store.hold('tryLock');
    const reply = visitor.get(path);
    await gate.reached;
    store.breakDown(hang);
    await clock.advanceAsync(milliseconds);
    return reply;
  }

  /** So many operations in a row do not answer. */
  async function timeOut(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      expect((await waitOut('/visit', TIMEOUT)).status).toBe(503);
    }
    store.breakDown(hang);
    store.takeCalls();
  }

  it('is an error after storeTimeout, never a hanging request', async () => {
    let isAnswered = false;
    const gate = store.hold('tryLock');
    const reply = visitor.get('/visit').finally(() => (isAnswered = true));
    await gate.reached;
    await clock.advanceAsync(TIMEOUT - 1);
    await app.browser().get('/public');
    expect(isAnswered).toBe(false);

    await clock.advanceAsync(1);

    expect(await reply).toMatchObject({ status: 503, setCookies: [] });
    expect((await reply).headers.get('retry-after')).toBe('1');
  });

  it('is an error after storeTimeout when it hangs in the save', async () => {
    const gate = store.hold('update');
    const reply = visitor.get('/visit');
    await gate.reached;
    store.before('unlock', hang);

    await clock.advanceAsync(TIMEOUT);
    await clock.advanceAsync(TIMEOUT);

    expect(await reply).toMatchObject({ status: 503, setCookies: [] });
  });

  it('is left alone after five of them in a row: requests fail at once', async () => {
    await timeOut(5);

    const reply = await visitor.get('/visit');

    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(store.takeCalls()).toEqual([]);
    expect((await visitor.get('/public')).status).toBe(200);
  });

  it('is not left alone after four', async () => {
    await timeOut(4);
    store.mend();

    expect((await visitor.get('/visit')).status).toBe(200);
  });

  it('is not left alone after five that were not in a row', async () => {
    await timeOut(4);
    store.mend();
    expect((await visitor.get('/visit')).status).toBe(200);
    await timeOut(1);
    store.mend();

    expect((await visitor.get('/visit')).status).toBe(200);
  });

  it('is left alone for a second; then one probe, while the others go on to fail at once', async () => {
    await timeOut(5);
    await clock.advanceAsync(999);
    await visitor.get('/visit');
    expect(store.takeCalls()).toEqual([]);

    await clock.advanceAsync(1);
    const gate = store.hold('tryLock');
    const probe = visitor.get('/visit');
    await gate.reached;
    const other = app.browser();
    expect((await other.get('/visit')).status).toBe(503);
    expect(store.takeCalls()).toEqual(['tryLock']);

    store.mend();
    // The locks of the five that came too late are let go first.
    await clock.advanceAsync(200);
    expect((await probe).status).toBe(200);
    expect((await other.get('/visit')).status).toBe(200);
  });

  it('is left alone for another second when the probe hangs as well', async () => {
    await timeOut(5);
    await clock.advanceAsync(1_000);
    expect((await waitOut('/visit', TIMEOUT)).status).toBe(503);
    store.takeCalls();

    await visitor.get('/visit');
    expect(store.takeCalls()).toEqual([]);

    await clock.advanceAsync(1_000);
    store.mend();
    expect((await visitor.get('/visit')).status).toBe(200);
  });

  it('answers that come late while it is left alone leave the session unlocked', async () => {
    await timeOut(5);
    store.mend();
    await clock.advanceAsync(1_000);

    expect(await visitor.get('/visit')).toMatchObject({ status: 200, text: '2' });
  });

  it('an answer that comes late leaves the session unlocked', async () => {
    const gate = store.hold('tryLock');
    const reply = visitor.get('/visit');
    await gate.reached;
    await clock.advanceAsync(TIMEOUT);
    expect((await reply).status).toBe(503);

    store.mend();

    expect(await visitor.get('/visit')).toMatchObject({ status: 200, text: '2' });
  });
});
