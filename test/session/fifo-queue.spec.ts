import { FifoQueue, type Turn } from '../../lib/session/lock/fifo-queue.js';

describe('the queue for a lock', () => {
  let queue: FifoQueue<string>;
  let woken: string[];
  beforeEach(() => {
    queue = new FifoQueue();
    woken = [];
  });

  function enter(name: string, id = 'session'): Turn | undefined {
    const turn = queue.enter(id);
    void turn?.ready.then(() => woken.push(name));
    return turn;
  }

  /** Passes the turn on and lets those who were woken say so. */
  async function pass(id = 'session'): Promise<void> {
    queue.pass(id);
    await Promise.resolve();
  }

  it('lets the first one go on at once', () => {
    expect(enter('first')).toBeUndefined();
    expect(queue.waiting('session')).toBe(0);
  });

  it('knows nobody who waits for a session that nobody asked for', () => {
    expect(queue.waiting('unknown')).toBe(0);
  });

  it('tells who holds a session, and leaves those out that nobody holds yet', () => {
    enter('first', 'held');
    queue.hold('held', 'first');
    enter('second', 'asked for');

    expect(queue.holders()).toStrictEqual(['first']);
  });

  it('wakes those who wait one at a time, first come first served', async () => {
    enter('head');
    enter('second');
    enter('third');
    expect(queue.waiting('session')).toBe(2);

    await pass();
    expect(woken).toEqual(['second']);
    await pass();
    expect(woken).toEqual(['second', 'third']);
  });

  it('keeps sessions apart', async () => {
    enter('head');
    enter('waiter');

    expect(enter('other', 'another session')).toBeUndefined();
    await pass('another session');
    expect(woken).toEqual([]);
  });

  it('forgets a session as soon as nobody holds or wants it', () => {
    for (let n = 0; n < 1_000; n += 1) {
      enter('visitor', `session ${n}`);
      queue.pass(`session ${n}`);
    }
    expect(queue.size).toBe(0);
  });

  it('skips those who left', async () => {
    enter('head');
    const leaving = enter('leaving');
    enter('staying');
    expect(leaving?.leave()).toBe(true);
    expect(queue.waiting('session')).toBe(1);

    await pass();
    expect(woken).toEqual(['staying']);
  });

  it('tells one who leaves when its turn has come already, so that it passes it on', async () => {
    enter('head');
    const late = enter('late');
    enter('next');
    queue.pass('session');
    expect(late?.leave()).toBe(false);

    await pass();
    expect(woken).toEqual(['late', 'next']);
  });

  it('knows who holds the lock until it is passed on', () => {
    enter('head');
    expect(queue.holders()).toStrictEqual([]);
    queue.hold('session', 'head');
    expect(queue.holder('session')).toBe('head');
    expect(queue.holders()).toStrictEqual(['head']);

    enter('next');
    queue.pass('session');
    expect(queue.holder('session')).toBeUndefined();
    expect(queue.holders()).toStrictEqual([]);
    expect(queue.size).toBe(1);
  });

  it('makes those wait who come for an id that a lock has moved to', async () => {
    queue.hold('new id', 'mover');
    expect(enter('waiter', 'new id')).toBeDefined();

    await pass('new id');
    expect(woken).toEqual(['waiter']);
  });

  it('takes a turn for an unknown session as passed on already', () => {
    queue.pass('unknown');
    expect(queue.size).toBe(0);
  });
});
