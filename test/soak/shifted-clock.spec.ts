import { ShiftedClock } from './shifted-clock.js';

describe('A clock that counts its timers', () => {
  it('has an open one until it fires', async () => {
    const clock = new ShiftedClock();
    const fired = new Promise<void>((resolve) => clock.setTimer(resolve, 1));
    expect(clock.openTimers).toBe(1);

    await fired;
    expect(clock.openTimers).toBe(0);
  });

  it('has one less when it is cancelled, however often', () => {
    const clock = new ShiftedClock();
    clock.setTimer(() => undefined, 60_000);
    const cancel = clock.setTimer(() => undefined, 60_000);
    cancel();
    cancel();

    expect(clock.openTimers).toBe(1);
  });
});
