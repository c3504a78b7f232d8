import { jest } from '@jest/globals';
import { defer, lastValueFrom, of, retry, Subject, tap, throwError } from 'rxjs';
import { isRefused, RunningHandlers } from '../../lib/http/running-handlers.js';

describe('the handlers of a request', () => {
  const onEnd = jest.fn();
  let handlers: RunningHandlers;
  beforeEach(() => {
    onEnd.mockReset();
    handlers = new RunningHandlers(onEnd);
  });

  it('run from their subscription to their last value', () => {
    const results = new Subject<number>();
    expect(handlers.isRunning).toBe(false);
    results.pipe(tap(handlers)).subscribe();
    expect(handlers.isRunning).toBe(true);
    results.next(1);
    expect([handlers.isRunning, onEnd.mock.calls.length]).toEqual([true, 0]);
    results.complete();

    expect([handlers.isRunning, onEnd.mock.calls.length]).toEqual([false, 1]);
    expect([handlers.isCutShort, handlers.failure]).toEqual([false, undefined]);
  });

  it('run until the last of them has ended', () => {
    const [one, other] = [new Subject(), new Subject()];
    one.pipe(tap(handlers)).subscribe();
    other.pipe(tap(handlers)).subscribe();
    one.complete();
    expect(handlers.isRunning).toBe(true);
    other.complete();
    expect(handlers.isRunning).toBe(false);
  });

  it('have failed with what they threw', async () => {
    const failure = new Error('it fails');
    await expect(lastValueFrom(throwError(() => failure).pipe(tap(handlers)))).rejects.toBe(failure);

    expect([handlers.failure, handlers.isRunning, onEnd.mock.calls.length]).toEqual([failure, false, 1]);
  });

  it('have not failed when a retry has mended it', async () => {
    let attempts = 0;
    const handler = defer(() => ((attempts += 1) === 1 ? throwError(() => new Error('it fails')) : of('done')));
    expect(await lastValueFrom(handler.pipe(tap(handlers), retry(1)))).toBe('done');

    expect([handlers.failure, handlers.isRunning]).toEqual([undefined, false]);
  });

  it('are cut short by who takes no more values of them', () => {
    const subscription = new Subject().pipe(tap(handlers)).subscribe();
    subscription.unsubscribe();

    expect([handlers.isCutShort, handlers.isRunning, onEnd.mock.calls.length]).toEqual([true, false, 1]);
  });
});

describe('a reply with an error status', () => {
  function handlersThat(end: 'succeeded' | 'failed' | 'run' | 'were cut short'): RunningHandlers {
    const handlers = new RunningHandlers(() => undefined);
    handlers.subscribe();
    switch (end) {
      case 'succeeded':
        handlers.complete();
        break;
      case 'failed':
        handlers.error(new Error('it fails'));
        break;
      case 'were cut short':
        handlers.unsubscribe();
        break;
      case 'run':
    }
    return handlers;
  }

  it.each([
    [404, 'failed', false],
    [409, 'failed', false],
    [499, 'failed', false],
    [500, 'failed', true],
    [503, 'failed', true],
    [404, 'succeeded', false],
    [408, 'succeeded', false],
    [499, 'succeeded', false],
    [500, 'succeeded', true],
    [404, 'run', false],
    [408, 'run', true],
    [408, 'were cut short', true],
    [404, 'were cut short', false],
  ] as const)('%i of handlers that %s: whether it stores nothing: %s', (status, end, isExpected) => {
    expect(isRefused(status, handlersThat(end), undefined)).toBe(isExpected);
  });

  it.each([
    [404, false],
    [500, true],
  ])('%i without a handler, of a guard say: whether it stores nothing: %s', (status, isExpected) => {
    expect(isRefused(status, undefined, undefined)).toBe(isExpected);
  });

  it.each([
    [404, 'failed', false, true],
    [404, 'failed', true, false],
    [503, 'failed', true, false],
    [500, 'succeeded', true, false],
    // A handler may answer 404 by itself: that is no error.
    [404, 'succeeded', false, false],
    [408, 'run', true, true],
  ] as const)(
    '%i of handlers that %s, with commitOnError: %s, stores nothing: %s',
    (status, end, option, isExpected) => {
      expect(isRefused(status, handlersThat(end), option)).toBe(isExpected);
    },
  );

  it('asks commitOnError with the last error and the status', () => {
    const commitOnError = jest.fn<(error: unknown, status: number) => boolean>().mockReturnValue(true);
    const handlers = handlersThat('failed');
    expect(isRefused(503, handlers, commitOnError)).toBe(false);
    expect(commitOnError.mock.calls).toEqual([[handlers.failure, 503]]);

    expect(isRefused(503, handlers, () => false)).toBe(true);
  });

  it('asks commitOnError also of what a guard or a pipe has refused, of which there is no error', () => {
    const commitOnError = jest.fn<(error: unknown, status: number) => boolean>().mockReturnValue(false);

    expect(isRefused(403, undefined, commitOnError)).toBe(true);
    expect(commitOnError.mock.calls).toEqual([[undefined, 403]]);
  });

  it('does not take a promise for a yes', () => {
    const commitOnError = (() => Promise.resolve(false)) as never;

    expect(() => isRefused(500, undefined, commitOnError)).toThrow(
      'commitOnError must return true or false, and no promise',
    );
  });
});
