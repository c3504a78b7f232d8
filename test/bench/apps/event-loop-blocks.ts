import { monitorEventLoopDelay } from 'node:perf_hooks';

const TICK = 1;

/** How long, at worst, `work` kept everything else from running; in milliseconds. */
export async function longestBlockDuring(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: TICK });
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK);
    last = now;
  };
  const timer = setInterval(look, TICK);
  histogram.enable();
  try {
    await work();
    look();
  } finally {
    histogram.disable();
    clearInterval(timer);
  }
  // The timer sees also the block that began before the histogram's first tick.
  return Math.max(longest, histogram.max / 1e6 - TICK);
}
