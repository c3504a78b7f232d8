import { ManualClock } from 'nestjs-sessions/testing';
import type { Clock } from '../../../lib/interfaces/clock.interface.js';
import { systemClock } from '../../../lib/session/clock.js';
import type { StorePlace } from './stores.js';

/** Lets time pass for an application and for what it has stored in a place, without waiting for it. */
export class PlaceTime {
  /** For the application: it stands still until time passes, except where the store goes by a clock of its own. */
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #manual = new ManualClock(Date.now());

  /** Without a place, of a store that has the application's clock. */
  constructor(private readonly place: Pick<StorePlace, 'age'> = {}) {
    const clock = place.age ? systemClock : this.#manual;
    // Timers are the machine's in any case: requests go over real connections.
    this.clock = { now: () => clock.now(), monotonic: () => clock.monotonic() };
  }

  async pass(milliseconds: number): Promise<void> {
    if (this.place.age) await this.place.age(milliseconds);
    else this.#manual.advance(milliseconds);
  }
}
