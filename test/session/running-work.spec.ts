import { RunningWork } from '../../lib/session/running-work.js';
import { Gate } from '../support/gate.js';

describe('running work', () => {
  let work: RunningWork;
  let isIdle: boolean;
  beforeEach(() => {
    work = new RunningWork();
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

  it('is waited for until the last is done, also when it fails', async () => {
    const gates = [new Gate(), new Gate()];
    const [one, other] = gates.map((gate) => work.run(() => gate.pass()));
    await waitForIdle();
    gates[0]!.open();
    await one;
    await new Promise(setImmediate);
    expect(isIdle).toBe(false);

    const failing = work.run(() => Promise.reject(new Error('it fails')));
    await expect(failing).rejects.toThrow('it fails');
    expect(isIdle).toBe(false);
    gates[1]!.open();
    await other;
    await new Promise(setImmediate);
    expect(isIdle).toBe(true);
  });

  it('gives what the work gives', async () => {
    expect(await work.run(() => Promise.resolve('done'))).toBe('done');
    await waitForIdle();
    expect(isIdle).toBe(true);
  });
});
