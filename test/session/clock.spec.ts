import { systemClock } from '../../lib/session/clock.js';

describe('the clock of the machine', () => {
  it('tells the time of the wall, and one that nobody sets back', () => {
    const before = [Date.now(), performance.now()] as const;
    const told = [systemClock.now(), systemClock.monotonic()] as const;
    const after = [Date.now(), performance.now()] as const;

    told.forEach((time, n) => {
      expect(time).toBeGreaterThanOrEqual(before[n]!);
      expect(time).toBeLessThanOrEqual(after[n]!);
    });
  });

  it('calls when the time has come, unless it was cancelled', async () => {
    const called: string[] = [];
    const cancel = systemClock.setTimer(() => called.push('cancelled'), 0);
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(() => called.push('due'), 0);
      systemClock.setTimer(resolve, 1, { isAwaited: true });
    });

    expect(called).toEqual(['due']);
  });

  it.each([
    ['keeps no process alive by itself', undefined, false],
    ['keeps the process alive for what is awaited', { isAwaited: true }, true],
  ])('%s', (_, options, isKeptAlive) => {
    const before = timers();
    const cancel = systemClock.setTimer(() => undefined, 60_000, ...(options ? [options] : []));
    const after = timers();
    cancel();

    expect(after - before).toBe(isKeptAlive ? 1 : 0);
  });

  /** Those for which Node waits. */
  function timers(): number {
    return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  }
});
