import { setTimeout as sleep } from 'node:timers/promises';
import { spawnApp } from '../support/processes/child-process.js';

/** For a busy machine: the job itself would keep the process for five minutes at least, and then again. */
const LIMIT = 100_000;

describe('A script that never closes its application', () => {
  it.each([
    ['alone', 'of the module itself'],
    ['scheduled', 'in the ScheduleModule of the application'],
  ])('ends by itself: the clean-up job (%s: %s) keeps no process alive', async (argument) => {
    const script = await spawnApp(new URL('apps/unclosed-script.ts', import.meta.url), { args: [argument] });
    expect(script.ready).toBe('0 sessions');

    const tooLate = sleep(LIMIT, 'still running', { ref: false });

    expect(await Promise.race([script.exited, tooLate])).toEqual({ code: 0, signal: null });
  });
});
