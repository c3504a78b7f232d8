import { LeaseRenewer, type Lease } from '../../lib/session/lock/lease-renewer.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

const SECOND = 1_000;

describe('the renewal of leases', () => {
  let clock: ManualClock;
  let renewed: [lease: string, at: number][];
  let renewal: LeaseRenewer<Lease & { name: string }>;

  beforeEach(() => {
    clock = new ManualClock();
    renewed = [];
    renewal = new LeaseRenewer(clock, ({ name }) => renewed.push([name, clock.monotonic()]));
  });

  function lease(name: string, duration = 30 * SECOND): Lease & { name: string } {
    return { name, duration, renewedAt: clock.monotonic() };
  }

  it('renews at a third of the lease, again and again', () => {
    renewal.add(lease('cart'));

    clock.advance(9_999);
    expect(renewed).toEqual([]);
    clock.advance(1);
    expect(renewed).toEqual([['cart', 10_000]]);
    clock.advance(20_000);
    expect(renewed.map(([, at]) => at)).toEqual([10_000, 20_000, 30_000]);
  });

  it('counts from before the lock was asked for, not from when the answer came', () => {
    const asked = lease('cart');
    clock.advance(4_000);
    renewal.add(asked);

    clock.advance(6_000);
    expect(renewed).toEqual([['cart', 10_000]]);
  });

  it('has one timer, however many leases there are', () => {
    for (let n = 0; n < 1_000; n += 1) {
      renewal.add(lease(`lease ${n}`));
      clock.advance(1);
    }
    expect(clock.pendingTimers).toBe(1);
    clock.advance(10_000);
    expect(new Set(renewed.map(([name]) => name)).size).toBe(1_000);
    expect(clock.pendingTimers).toBe(1);
  });

  it('renews each lease in its own time', () => {
    renewal.add(lease('long', 30 * SECOND));
    clock.advance(1_000);
    renewal.add(lease('short', 3 * SECOND));

    clock.advance(1_000);
    expect(renewed).toEqual([['short', 2_000]]);
    clock.advance(8_000);
    expect(renewed.filter(([name]) => name === 'long')).toEqual([['long', 10_000]]);
    expect(renewed.filter(([name]) => name === 'short').map(([, at]) => at / SECOND)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('leaves a lease alone that was let go', () => {
    const gone = lease('gone');
    renewal.add(gone);
    renewal.add(lease('kept'));
    renewal.remove(gone);

    clock.advance(10_000);
    expect(renewed).toEqual([['kept', 10_000]]);
  });

  it('sets no timer when there is nothing left to renew', () => {
    const gone = lease('gone');
    renewal.add(gone);
    renewal.remove(gone);

    clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('renews a lease that was taken while the timer of an earlier one ran', () => {
    const first = lease('first');
    renewal.add(first);
    clock.advance(5_000);
    renewal.remove(first);
    renewal.add(lease('second'));

    clock.advance(10_000);
    expect(renewed).toEqual([['second', 15_000]]);
  });

  it('stops', () => {
    renewal.add(lease('cart'));
    renewal.stop();

    clock.advance(30_000);
    expect(renewed).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
