import type { FaultProxy } from '../servers/fault-proxy.js';

const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const TYPE = 1;

/**
 * Counts, at the wire, how often the server of one connection has said that it is ready for the next query: once for each trip,
 * whatever was said in it.
 */
export class PostgresTrips {
  count = 0;
  #rest = Buffer.alloc(0);

  constructor(proxy: FaultProxy) {
    proxy.tap = (direction, chunk) => {
      if (direction === 'down') this.#read(chunk);
    };
  }

  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.count;
    await work();
    return this.count - before;
  }

  /** Each message is one byte for its type, four for the length of what follows, these included, and the rest. */
  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length > TYPE + 4) {
      const end = TYPE + this.#rest.readInt32BE(TYPE);
      if (this.#rest.length < end) return;
      if (this.#rest[0] === READY_FOR_QUERY) this.count += 1;
      this.#rest = this.#rest.subarray(end);
    }
  }
}
