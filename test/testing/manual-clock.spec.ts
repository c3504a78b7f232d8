import { ManualClock } from 'nestjs-sessions/testing';

describe('ManualClock', () => {
  it('stands still until it is told to move', () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    clock.advance(5);
    expect([clock.now(), clock.monotonic()]).toEqual([1_005, 5]);
  });

  it('fires timers in the order in which they fall due, each at its time', () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    const note = (name: string) => (): void => void fired.push(`${name} at ${clock.monotonic()}`);
    clock.setTimer(note('late'), 30);
    clock.setTimer(note('first'), 10);
    clock.setTimer(note('second'), 10);
    clock.setTimer(note('never'), 31);
    clock.advance(30);
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 30']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires what a timer sets, when that is due as well', () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const tick = (): void => {
      fired.push(clock.monotonic());
      clock.setTimer(tick, 10);
    };
    clock.setTimer(tick, 10);
    clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
  });

  it('does not fire what was cancelled, also by another timer at the same instant', () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const cancelLast = clock.setTimer(() => void fired.push('last'), 10);
    clock.setTimer(() => cancelLast(), 5);
    const cancelSame = { cancel: (): void => {} };
    clock.setTimer(() => cancelSame.cancel(), 20);
    cancelSame.cancel = clock.setTimer(() => void fired.push('same'), 20);
    clock.advance(30);
    cancelLast();
    expect(fired).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets promises settle between timers', async () => {
    const clock = new ManualClock();
    const woken: number[] = [];
    const sleep = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => void clock.setTimer(resolve, milliseconds));
    const work = (async () => {
      for (let n = 0; n < 3; n += 1) {
        await sleep(10);
        woken.push(clock.monotonic());
      }
    })();
    await clock.advanceAsync(30);
    expect(woken).toEqual([10, 20, 30]);
    await work;
  });

  it('jumps on the wall alone', () => {
    const clock = new ManualClock(1_000);
    const fired: string[] = [];
    clock.setTimer(() => void fired.push('timer'), 10);
    clock.set(1_000_000);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([1_000_000, 0, []]);
    clock.set(0);
    clock.advance(10);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([10, 10, ['timer']]);
  });

  it('takes a delay in the past for none', () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.advance(5);
    clock.setTimer(() => void fired.push(clock.monotonic()), -10);
    clock.advance(0);
    expect(fired).toEqual([5]);
  });
});
