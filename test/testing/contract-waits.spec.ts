import { jest } from '@jest/globals';
import { sessionStoreContract } from 'nestjs-sessions/testing';
import type { SessionStore } from 'nestjs-sessions';
import { OpenStore } from '../support/mutants/open-store.js';

describe('the waits of the store contract', () => {
  afterEach(() => jest.restoreAllMocks());

  it('follow the wall clock, by which records expire, and not that of timers', async () => {
    const start = Date.now();
    const realNow = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => start + Math.floor((realNow() - start) / 2));
    const contract = sessionStoreContract({ create: () => new OpenStore(() => Date.now()) });
    const rule = contract.find(({ name }) => name.startsWith('an expired record is missing'));
    await rule?.run();
    expect(rule).toBeDefined();
  });

  const clock = { now: Date.now() };

  /** The machine stands still for a second before the trip of this number, and before no other. */
  function stoppedOnce(store: OpenStore, trip: number): SessionStore {
    let trips = 0;
    return new Proxy(store, {
      get: (target, name): unknown => {
        const member: unknown = Reflect.get(target, name);
        return typeof member !== 'function'
          ? member
          : (...args: unknown[]): unknown => {
              trips += 1;
              if (trips === trip) clock.now += 1_000;
              return Reflect.apply(member, target, args);
            };
      },
    });
  }

  describe.each([2, 3, 4, 5])('where the machine stands still for a second before trip %i', (trip) => {
    it.each(
      sessionStoreContract({
        create: () => stoppedOnce(new OpenStore(() => clock.now), trip),
        now: () => clock.now,
        wait: (milliseconds) => Promise.resolve(void (clock.now += milliseconds)),
      }),
    )('make no fault of that: $name', ({ run }) => run());
  });
});
