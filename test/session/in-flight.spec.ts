import { InFlight } from '../../lib/session/work/in-flight.js';

describe('running work', () => {
  let work: InFlight;
  let isIdle: boolean;
  beforeEach(() => {
    work = new InFlight();
    isIdle = false;
  });

  async function waitForIdle(): Promise<void> {
    void work.idle().then(() => (isIdle = true));
    await new Promise(setImmediate);
  }

  it('is idle when there is none', async () => {
    await waitForIdle();
    expect(isIdle).toBe(true);
  });

  it('is waited for until the last has ended', async () => {
    work.begin();
    work.begin();
    await waitForIdle();
    work.end();
    await new Promise(setImmediate);
    expect(isIdle).toBe(false);

    work.begin();
    work.end();
    await new Promise(setImmediate);
    expect(isIdle).toBe(false);

    work.end();
    await new Promise(setImmediate);
    expect(isIdle).toBe(true);
  });

  it('is idle again when all has ended', async () => {
    work.begin();
    work.end();
    await waitForIdle();
    expect(isIdle).toBe(true);
  });
});
