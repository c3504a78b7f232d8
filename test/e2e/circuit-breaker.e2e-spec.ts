import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../../lib/session/clock.js';
import { until } from '../support/basics/within.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { ErrorBook, LEFT_ALONE } from '../support/http/error-book.js';
import { networkedKinds, type NetworkedPlace } from '../support/stores/networked-stores.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const TIMEOUT = 300;
const TURN = 10;
const OVERDUE = /did not answer within 300 ms/;

describe.each(networkedKinds)('A server that hangs, with $name,', (kind) => {
  let place: NetworkedPlace;
  let app: TestApp;
  let errors: ErrorBook;
  let visitors: Browser[];
  /** The circuit stays open for as long as this clock stands. */
  let stoppedAt: number | undefined;
  let ahead = 0;

  beforeEach(async () => {
    [stoppedAt, ahead] = [undefined, 0];
    place = await kind.prepare();
    app = await TestApp.start({
      controllers: [VisitsController],
      configure: (nest) => void (errors = ErrorBook.of(nest)),
      sessions: {
        store: place.open(1.25 * TIMEOUT),
        storeTimeout: TIMEOUT,
        clock: { ...systemClock, monotonic: () => (stoppedAt ?? performance.now()) + ahead },
      },
    });
    visitors = Array.from({ length: 10 }, () => app.browser());
    for (const visitor of visitors) await visitor.post('/visits');
  });
  afterEach(async () => {
    await app.close();
    await place.dispose();
  });

  const visitAll = (): Promise<Reply[]> => Promise.all(visitors.map((visitor) => visitor.post('/visits')));
  const heard = (): unknown => place.heard();

  /** Until the store is done with the connections that hang, and with the locks that it may have got. */
  async function untilQuiet(): Promise<void> {
    for (let before: unknown; !isDeepStrictEqual(before, heard());) {
      before = heard();
      // In turns, which this process gets as seldom as the store does.
      for (let waited = 0; waited < 4 * TIMEOUT; waited += TURN) await pause(TURN);
    }
  }

  function expectOutage(replies: readonly Reply[]): void {
    for (const reply of replies) {
      expect(reply).toMatchObject({ status: 503, setCookies: [] });
      expect(reply.headers.get('retry-after')).toBe('1');
    }
  }

  it('hears nothing more after five deadlines in a row, but for one probe a second', async () => {
    await place.proxy.setMode('blackhole');
    expectOutage(await visitAll());
    stoppedAt = performance.now();
    await untilQuiet();

    const before = heard();
    for (let round = 0; round < 5; round += 1) expectOutage(await visitAll());
    expect(heard()).toEqual(before);

    ahead += 1_000;
    errors.messages.splice(0);
    expectOutage(await visitAll());
    expect(heard()).not.toEqual(before);
    // The probe may also be what releases a lock that a request has left.
    const probes = errors.matching(OVERDUE).length;
    expect(probes).toBeLessThanOrEqual(1);
    expect(errors.matching(LEFT_ALONE)).toHaveLength(10 - probes);
    await untilQuiet();

    // On a connection that has swallowed something, answers would belong to other questions.
    place.proxy.killAll();
    await place.proxy.setMode('ok');
    // One request may still meet a connection whose end its client has not heard of, or a machine that stands still. One after
    // the other: ten at once, on connections that are still to be made, take a busy machine more than their 300 ms.
    for (const visitor of visitors) {
      await until('each visitor is served again', async () => {
        ahead += 1_000;
        return (await visitor.post('/visits')).status === 201;
      });
    }
  });

  it('is left alone under load as well, whatever becomes of the requests that were under way', async () => {
    await place.proxy.setMode('blackhole');
    const replies: Promise<Reply>[] = [];
    while (errors.matching(LEFT_ALONE).length < 50) {
      replies.push(visitors[replies.length % visitors.length]!.clone().get('/session'));
      await pause(25);
    }
    expectOutage(await Promise.all(replies));
    // A connection that somebody else began to open may fail within the time of a request, too.
    expect(errors.messages).toHaveLength(replies.length);
  });
});
