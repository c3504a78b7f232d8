import { KeyedMutex } from '../../../lib/stores/shared/keyed-mutex.js';
import { Gate } from '../../support/basics/gate.js';

describe('KeyedMutex', () => {
  let mutex: KeyedMutex;
  let events: string[];
  beforeEach(() => {
    mutex = new KeyedMutex();
    events = [];
  });

  const work = (name: string, gate?: Gate) => async (): Promise<string> => {
    events.push(`${name} begins`);
    await gate?.pass();
    events.push(`${name} ends`);
    return name;
  };

  it('runs the work on one key one after another, and that on another key beside it', async () => {
    const gate = new Gate();
    const first = mutex.run('a', work('first', gate));
    const second = mutex.run('a', work('second'));
    expect(await mutex.run('b', work('other'))).toBe('other');
    expect(events).toEqual(['first begins', 'other begins', 'other ends']);
    gate.open();
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(events.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
  });

  it('goes on after work that failed', async () => {
    const failing = mutex.run('a', () => Promise.reject(new Error('down')));
    const next = mutex.run('a', work('next'));
    await expect(failing).rejects.toThrow('down');
    expect(await next).toBe('next');
  });

  it('runs work on two keys while no other work runs on either', async () => {
    const gate = new Gate();
    const both = mutex.runOnBoth('a', 'b', work('both', gate));
    const others = [mutex.run('a', work('one')), mutex.run('b', work('other'))];
    expect(events).toEqual(['both begins']);
    gate.open();
    expect(await Promise.all([both, ...others])).toEqual(['both', 'one', 'other']);
    expect(events.slice(0, 2)).toEqual(['both begins', 'both ends']);
  });

  it('lets two works on the same two keys not wait for each other, when both keys become free at once', async () => {
    const gate = new Gate();
    const before = ['a', 'b'].map((key) => mutex.run(key, work(key, gate)));
    const both = [mutex.runOnBoth('a', 'b', work('both')), mutex.runOnBoth('b', 'a', work('reversed'))];
    gate.open();
    await Promise.all(before);
    expect(await Promise.all(both)).toEqual(['both', 'reversed']);
  });

  it('makes a reader of either key wait until work on both is whole, and of no other key', async () => {
    const gate = new Gate();
    const both = mutex.runOnBoth('a', 'b', work('both', gate));
    const readers = ['a', 'b'].map(async (key) => {
      await mutex.untilWhole(key);
      events.push(`${key} is read`);
    });
    await mutex.untilWhole('c');
    expect(events).not.toContain('a is read');
    gate.open();
    await Promise.all([both, ...readers]);
    expect(events).toEqual(['both begins', 'both ends', 'a is read', 'b is read']);
  });

  it('makes no reader wait after work on both that failed', async () => {
    await expect(mutex.runOnBoth('a', 'b', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await mutex.untilWhole('a');
    expect(await mutex.runOnBoth('b', 'a', work('next'))).toBe('next');
  });
});
