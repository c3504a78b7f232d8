import type { FaultProxy } from '../servers/fault-proxy.js';

/**
 * Counts, at the wire of one connection, how often something is said after the server has answered: what a client waits for.
 * What goes out together is one trip, so the proxy has to be slower than the client.
 */
export class TurnTrips {
  #count = 0;
  #last = 'down';

  constructor(proxy: FaultProxy) {
    proxy.latency = 5;
    proxy.tap = (direction) => {
      if (direction === 'up' && this.#last === 'down') this.#count += 1;
      this.#last = direction;
    };
  }

  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.#count;
    await work();
    return this.#count - before;
  }
}
