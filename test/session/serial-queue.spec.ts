import { InFlight } from '../../lib/session/work/in-flight.js';
import { SerialQueue } from '../../lib/session/work/serial-queue.js';
import { Gate } from '../support/basics/gate.js';

describe('the steps of one request', () => {
  let running: InFlight;
  let steps: SerialQueue;
  beforeEach(() => {
    running = new InFlight();
    steps = new SerialQueue(running, undefined);
  });

  it('run one after the other, in the order in which they were asked for, also when one fails', async () => {
    const done: string[] = [];
    const gate = new Gate();
    const first = steps.run(async () => {
      await gate.pass();
      done.push('first');
      throw new Error('it fails');
    });
    const second = steps.run(() => Promise.resolve(done.push('second')));
    gate.open();

    await expect(first).rejects.toThrow('it fails');
    expect(await second).toBe(2);
    expect(done).toEqual(['first', 'second']);
  });

  it('are under way until the last has ended', async () => {
    const gate = new Gate();
    const step = steps.run(() => gate.pass());
    expect(steps.isBusy).toBe(true);
    gate.open();
    await step;
    expect(steps.isBusy).toBe(false);
  });

  it('are waited for by a shutdown, also those that fail', async () => {
    let isIdle = false;
    const gate = new Gate();
    const step = steps.run(async () => {
      await gate.pass();
      throw new Error('it fails');
    });
    void running.idle().then(() => (isIdle = true));
    await new Promise(setImmediate);
    expect(isIdle).toBe(false);

    gate.open();
    await expect(step).rejects.toThrow('it fails');
    await new Promise(setImmediate);
    expect(isIdle).toBe(true);
  });
});
