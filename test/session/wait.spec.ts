import { jest } from '@jest/globals';
import { waitFor, type WaitOutcome } from '../../lib/session/lock/wait.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

describe('waiting', () => {
  const clock = new ManualClock();

  async function outcome(abort: AbortController, ready?: Promise<void>): Promise<WaitOutcome> {
    const waiting = waitFor(clock, 100, abort.signal, ready);
    expect(clock.pendingTimers).toBe(abort.signal.aborted ? 0 : 1);
    await clock.advanceAsync(99);
    if (abort.signal.reason === undefined && ready === undefined) await clock.advanceAsync(1);
    return waiting;
  }

  afterEach(() => expect(clock.pendingTimers).toBe(0));

  it('ends when the time is over', async () => {
    expect(await outcome(new AbortController())).toBe('elapsed');
  });

  it('ends when what it waits for is ready', async () => {
    expect(await outcome(new AbortController(), Promise.resolve())).toBe('ready');
  });

  it('ends at the signal, and at once when that was given before', async () => {
    const abort = new AbortController();
    const waiting = waitFor(clock, 100, abort.signal);
    abort.abort();
    expect(await waiting).toBe('aborted');
    expect(await outcome(abort)).toBe('aborted');
  });

  it('keeps a script alive: it may have nothing else to do', async () => {
    const setTimer = jest.spyOn(clock, 'setTimer');
    await outcome(new AbortController());

    expect(setTimer).toHaveBeenCalledWith(expect.any(Function), 100, { isAwaited: true });
  });

  it('leaves nothing at a signal that outlives it', async () => {
    const abort = new AbortController();
    const removed = jest.spyOn(abort.signal, 'removeEventListener');
    const added = jest.spyOn(abort.signal, 'addEventListener');
    await outcome(abort);

    expect(removed.mock.calls).toEqual(added.mock.calls);
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
  });
});
