import { FifoQueue, type QueuePlace } from '../../lib/session/lock/fifo-queue.js';

describe('the queue for a lock', () => {
  let queue: FifoQueue<string>;
  let woken: string[];
  beforeEach(() => {
    queue = new FifoQueue();
    woken = [];
  });

  function enter(name: string, id = 'session'): QueuePlace | undefined {
    const place = queue.enter(id);
    void place?.ready.then(() => woken.push(name));
    return place;
  }

  /** Wakes the next one and lets those who were woken say so. */
  async function next(id = 'session'): Promise<void> {
    queue.next(id);
    await Promise.resolve();
  }

  it('makes the first one wait for nothing', () => {
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

    await next();
    expect(woken).toEqual(['second']);
    await next();
    expect(woken).toEqual(['second', 'third']);
  });

  it('keeps sessions apart', async () => {
    enter('head');
    enter('waiter');

    expect(enter('other', 'another session')).toBeUndefined();
    await next('another session');
    expect(woken).toEqual([]);
  });

  it('forgets a session as soon as nobody holds or wants it', () => {
    for (let n = 0; n < 1_000; n += 1) {
      enter('visitor', `session ${n}`);
      queue.next(`session ${n}`);
    }
    expect(queue.size).toBe(0);
  });

  it('skips those who left', async () => {
    enter('head');
    const leaving = enter('leaving');
    enter('staying');
    expect(leaving?.leave()).toBe(true);
    expect(queue.waiting('session')).toBe(1);

    await next();
    expect(woken).toEqual(['staying']);
  });

  it('tells one who leaves that it was woken already, so that it wakes the next one', async () => {
    enter('head');
    const late = enter('late');
    enter('next');
    queue.next('session');
    expect(late?.leave()).toBe(false);

    await next();
    expect(woken).toEqual(['late', 'next']);
  });

  it('knows who holds the lock until the next one is woken', () => {
    enter('head');
    expect(queue.holders()).toStrictEqual([]);
    queue.hold('session', 'head');
    expect(queue.holder('session')).toBe('head');
    expect(queue.holders()).toStrictEqual(['head']);

    enter('next');
    queue.next('session');
    expect(queue.holder('session')).toBeUndefined();
    expect(queue.holders()).toStrictEqual([]);
    expect(queue.size).toBe(1);
  });

  it('makes those wait who come for an id that a lock has moved to', async () => {
    queue.hold('new id', 'mover');
    expect(enter('waiter', 'new id')).toBeDefined();

    await next('new id');
    expect(woken).toEqual(['waiter']);
  });

  it('has nobody to wake for a session that it does not know', () => {
    queue.next('unknown');
    expect(queue.size).toBe(0);
  });
});
