import { jest } from '@jest/globals';
import { SessionsUnsupportedError, SessionStoreError, SessionTooLargeError } from '../../lib/errors/index.js';
import { CircuitBreaker } from '../../lib/session/store-access/circuit-breaker.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

const DEADLINE = 2_000;

/** A store operation that answers when it is told to. */
class Operation {
  calls = 0;
  answer: (value: string) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  readonly run = (): Promise<string> => {
    this.calls += 1;
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  };
}

describe('the circuit breaker', () => {
  const clock = new ManualClock();
  let breaker: CircuitBreaker;
  beforeEach(() => (breaker = new CircuitBreaker(clock, DEADLINE)));

  /** Lets so many operations run into the deadline. */
  async function hang(times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      const outcome = breaker.run('load', new Operation().run).catch((error: unknown) => error);
      await clock.advanceAsync(DEADLINE);
      expect(await outcome).toBeInstanceOf(SessionStoreError);
    }
  }

  async function failsAtOnce(): Promise<boolean> {
    const operation = new Operation();
    const outcome = breaker.run('load', operation.run).catch((error: unknown) => error);
    const isCalled = operation.calls > 0;
    operation.answer('done');
    return !isCalled && (await outcome) instanceof SessionStoreError;
  }

  it('hands on what the store answers, and leaves no timer behind', async () => {
    await expect(breaker.run('load', () => Promise.resolve('data'))).resolves.toBe('data');
    expect(clock.pendingTimers).toBe(0);
  });

  it('turns what the store throws into a SessionStoreError with the cause, and names the operation', async () => {
    const cause = new Error('ECONNREFUSED');
    const throwing = (): Promise<string> => {
      throw cause;
    };
    for (const call of [() => Promise.reject(cause), throwing]) {
      await expect(breaker.run('update', call)).rejects.toMatchObject({
        code: 'SESSION_STORE_FAILED',
        status: 503,
        retryAfter: 1_000,
        message: 'update: the session store failed: ECONNREFUSED',
        cause,
      });
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    new SessionStoreError('no space left', 5_000),
    new SessionTooLargeError(2_000_000, 1_000_000),
    new SessionsUnsupportedError('it cannot count'),
  ])('hands on an error of our own classes as the store made it: $name', async (error) => {
    const throwing = (): Promise<string> => {
      throw error;
    };

    await expect(breaker.run('update', () => Promise.reject(error))).rejects.toBe(error);
    await expect(breaker.run('update', throwing)).rejects.toBe(error);
  });

  const unreadable = (): never => {
    throw new Error('from a getter');
  };

  it.each<[string, unknown, string]>([
    ['a text', 'out of memory', 'out of memory'],
    ['nothing', undefined, 'undefined'],
    ['an object without a prototype', Object.create(null), 'an object that cannot be converted to text'],
    ['an object whose toString throws', { toString: unreadable }, 'an object that cannot be converted to text'],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', { get: unreadable }),
      'an object that cannot be converted to text',
    ],
    [
      'a proxy that answers nothing',
      new Proxy({}, { getPrototypeOf: unreadable, get: unreadable }),
      'an object that cannot be converted to text',
    ],
  ])('turns whatever else the store throws or rejects with into a SessionStoreError: %s', async (_, cause, reason) => {
    const throwing = (): Promise<string> => {
      throw cause;
    };
    const rejecting = async (): Promise<string> => {
      await Promise.resolve();
      throw cause;
    };
    for (const call of [throwing, rejecting]) {
      const error: unknown = await breaker.run('load', call).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(SessionStoreError);
      expect((error as SessionStoreError).message).toBe(`load: the session store failed: ${reason}`);
      expect((error as SessionStoreError).cause === cause).toBe(true);
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<[string, unknown]>([
    ['a plain value', 'data'],
    ['nothing', undefined],
  ])('takes %s for an answer, as if it were a promise of it', async (_, answer) => {
    await expect(breaker.run('load', () => answer as Promise<unknown>)).resolves.toBe(answer);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes the promise of another library for one', async () => {
    const thenable = { then: (resolve: (answer: string) => void) => resolve('data') };

    await expect(breaker.run('load', () => thenable as unknown as Promise<string>)).resolves.toBe('data');
  });

  describe('that is told what an answer looks like', () => {
    const shape = { description: 'a text', matches: (answer: unknown) => typeof answer === 'string' };

    it('hands on an answer that looks like it', async () => {
      await expect(breaker.run('load', () => Promise.resolve('data'), shape)).resolves.toBe('data');
    });

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['null', null],
      ['a number', 7],
      ['a boolean', false],
      ['an object with the status "asleep"', { status: 'asleep' }],
      ['an object without a status', {}],
      ['an object without a status', { status: { secret: 1 } }],
      ['an object that cannot be read', Object.defineProperty({}, 'status', { get: unreadable })],
      ['an object with the status "a status that is lon"', { status: 'a status that is longer than any' }],
    ])('fails with a SessionStoreError that says what was answered: %s', async (answered, answer) => {
      await expect(breaker.run('load', () => Promise.resolve(answer), shape)).rejects.toMatchObject({
        code: 'SESSION_STORE_FAILED',
        retryAfter: 1_000,
        message: `load: the session store answered ${answered} in place of a text`,
      });
      expect(clock.pendingTimers).toBe(0);
    });

    it('takes it for a sign of life all the same, and tells who has to undo it', async () => {
      const lost: unknown[] = [];
      await hang(4);
      const outcome = breaker.run(
        'tryLock',
        () => Promise.resolve(7),
        shape,
        (answer) => lost.push(answer),
      );
      await expect(outcome).rejects.toThrow('answered a number');
      await hang(1);

      expect(await failsAtOnce()).toBe(false);
      expect(lost).toEqual([undefined]);
    });
  });

  it('gives each operation a deadline', async () => {
    const outcome = breaker.run('load', new Operation().run);
    let isSettled = false;
    outcome.catch(() => (isSettled = true));

    await clock.advanceAsync(DEADLINE - 1);
    expect(isSettled).toBe(false);
    await clock.advanceAsync(1);
    await expect(outcome).rejects.toMatchObject({
      status: 503,
      message: 'load: the session store did not answer within 2000 ms',
    });
  });

  it('hands a late answer to the caller, who has to undo it', async () => {
    const operation = new Operation();
    const late: unknown[] = [];
    const outcome = breaker.run('tryLock', operation.run, undefined, (answer) => late.push(answer));
    outcome.catch(() => undefined);
    await clock.advanceAsync(DEADLINE);
    operation.answer('acquired');

    await expect(outcome).rejects.toBeInstanceOf(SessionStoreError);
    expect(late).toEqual(['acquired']);
  });

  it('forgets a late answer that leaves nothing to undo', async () => {
    const operation = new Operation();
    const outcome = breaker.run('load', operation.run).catch((error: unknown) => error);
    await clock.advanceAsync(DEADLINE);
    operation.answer('data');
    await clock.advanceAsync(0);

    expect(await outcome).toBeInstanceOf(SessionStoreError);
  });

  it('keeps a script alive that waits for a store which hangs: it is told, too', async () => {
    const setTimer = jest.spyOn(clock, 'setTimer');
    void breaker.run('load', new Operation().run).catch(() => undefined);
    await Promise.resolve();

    expect(setTimer).toHaveBeenCalledWith(expect.any(Function), DEADLINE, { isAwaited: true });
  });

  it('sets no deadline for a store that answers at once', async () => {
    const setTimer = jest.spyOn(clock, 'setTimer').mockClear();

    await expect(breaker.run('load', () => Promise.resolve('found'))).resolves.toBe('found');
    await expect(breaker.run('load', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(setTimer).not.toHaveBeenCalled();
  });

  it('leaves the store alone for a second after five deadlines in a row, then lets one probe through', async () => {
    await hang(4);
    expect(await failsAtOnce()).toBe(false);
    await hang(5);
    expect(await failsAtOnce()).toBe(true);
    await expect(breaker.run('update', new Operation().run)).rejects.toMatchObject({
      status: 503,
      retryAfter: 1_000,
      message: 'update: the session store did not answer five times in a row',
    });

    await clock.advanceAsync(999);
    expect(await failsAtOnce()).toBe(true);
    await clock.advanceAsync(1);
    const probe = new Operation();
    const outcome = breaker.run('load', probe.run);
    expect(probe.calls).toBe(1);
    expect(await failsAtOnce()).toBe(true);

    probe.answer('back');
    await expect(outcome).resolves.toBe('back');
    expect(await failsAtOnce()).toBe(false);
  });

  it('waits for another second when the probe fails as well', async () => {
    await hang(5);
    await clock.advanceAsync(1_000);
    await hang(1);
    expect(await failsAtOnce()).toBe(true);
    await clock.advanceAsync(1_000);
    expect(await failsAtOnce()).toBe(false);
  });

  it('counts only deadlines: a store that says no is alive', async () => {
    await hang(4);
    await expect(breaker.run('load', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await hang(4);
    expect(await failsAtOnce()).toBe(false);
  });

  it('does not take an error that comes after its deadline for a sign of life', async () => {
    const operations = Array.from({ length: 5 }, () => new Operation());
    const outcomes = operations.map((operation) => breaker.run('load', operation.run).catch(() => undefined));
    await clock.advanceAsync(DEADLINE);
    await Promise.all(outcomes);
    operations[0]!.fail(new Error('ETIMEDOUT'));
    await clock.advanceAsync(0);

    expect(await failsAtOnce()).toBe(true);
  });
});
