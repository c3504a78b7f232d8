import { Catch, Controller, Post, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { MemoryStore, minutes, seconds, Session, SessionLockTimeoutError } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import type { AnyReply } from '../support/http/any-platform.js';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { TestApp, TestAppOptions } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class HoldController {
  @Post('hold') async hold(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('held', true);
  }
}

@Catch(SessionLockTimeoutError)
class OwnFilter implements ExceptionFilter {
  catch(error: SessionLockTimeoutError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<AnyReply>().status(418).send({ code: error.code });
  }
}

const UNAVAILABLE = { statusCode: 503, message: 'Service Unavailable' };

describe.each(PLATFORMS)('What repeats is one line a minute in the log, and not one a request, on %s', (platform) => {
  let clock: ManualClock;
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  async function start(options: TestAppOptions = {}): Promise<void> {
    gate = new Gate();
    clock = new ManualClock();
    store = new ObservedStore(new MemoryStore());
    app = await startNotes({
      platform,
      controllers: [HoldController],
      sessions: { store, clock, lock: { wait: seconds(5), maxWaiters: 0 } },
      ...options,
    });
    visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
  }

  /** The statuses of so many requests, which all come while another request holds the session. */
  async function refusedRequests(count: number): Promise<unknown[]> {
    const replies = await Promise.all(Array.from({ length: count }, () => visitor.clone().get('/notes')));
    return replies.map(({ status, json }) => ({ status, body: json() }));
  }

  const lines = (pattern: RegExp): string[] => app.logs.matching(pattern, 'error');

  it('when a queue is full', async () => {
    await start();
    const holder = visitor.clone().post('/hold');
    await gate.reached;
    const replies = await refusedRequests(40);
    expect(replies).toEqual(Array(40).fill({ status: 503, body: UNAVAILABLE }));
    expect(lines(/is locked/)).toEqual([
      expect.stringMatching(
        /^SessionLockTimeoutError: Session [\w-]{8} is locked: 0 requests are waiting .*POST \/hold/,
      ),
    ]);
    expect(app.logs.text).toMatch(/^error .*SessionsModule SessionLockTimeoutError: /m);

    await clock.advanceAsync(minutes(1));
    await refusedRequests(1);
    expect(lines(/is locked/)[1]).toContain('(39 more like it since the last line)');
    gate.open();
    await holder;
  });

  it('when locks time out, whatever full queues have logged', async () => {
    await start({ sessions: { store: new MemoryStore(), lock: { wait: 1_500, maxWaiters: 10 } } });
    const holder = visitor.clone().post('/hold');
    await gate.reached;
    const replies = await refusedRequests(20);
    gate.open();
    await holder;

    expect(replies).toEqual(Array(20).fill({ status: 503, body: UNAVAILABLE }));
    expect(lines(/lock\.maxWaiters/)).toHaveLength(1);
    expect(lines(/lock\.wait/)).toHaveLength(1);
    expect(app.logs.text.length).toBeLessThan(10_000);
  });

  it('when the store is out of reach', async () => {
    await start();
    store.breakDown(() => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:5432')));
    const replies = await refusedRequests(20);

    expect(replies).toEqual(Array(20).fill({ status: 503, body: UNAVAILABLE }));
    expect(lines(/ECONNREFUSED/)).toEqual([
      'SessionStoreError: tryLock: the session store failed: connect ECONNREFUSED 10.0.0.1:5432',
    ]);
  });

  it('and an exception filter of the application answers and logs in its place', async () => {
    await start({ configure: (nest) => nest.useGlobalFilters(new OwnFilter()) });
    const holder = visitor.clone().post('/hold');
    await gate.reached;
    const replies = await refusedRequests(3);
    gate.open();
    await holder;

    expect(replies).toEqual(Array(3).fill({ status: 418, body: { code: 'SESSION_LOCK_TIMEOUT' } }));
    expect(lines(/is locked/)).toEqual([]);
  });
});
