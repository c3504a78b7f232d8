import type { PostgresClient, PostgresPool } from './clients.js';

/** The application may have left every connection of its pool in a transaction: the search for another one ends. */
const MOST_DISCARDED = 100;

/** A connection that the caller has until it releases it. One that is released as broken is closed. */
export interface Checkout {
  readonly client: PostgresClient;
  /** It was made for the caller, so it cannot have been idle. */
  readonly isNew: boolean;
  readonly release: (isBroken: boolean) => void;
}

export type OnCheckout = (checkout: Checkout) => void;
export type OnNoConnection = (error: Error) => void;

/**
 * Takes connections from a pool, and closes those that are of no use instead of handing them out.
 *
 * A pool hands out whatever is idle: connections that a firewall has dropped, that lead to a server which is read-only since a
 * failover, or that the application left in a transaction of its own. It says of a connection only when it was made.
 */
export class ConnectionAges {
  readonly #onTransactionLeft: () => void;
  /** On the clock of `performance`. Those that were there before the pool was watched are not in it, and count as old. */
  readonly #madeAt = new WeakMap<PostgresClient, number>();
  readonly #watched = new Set<PostgresPool>();
  #oldestAllowed = -Infinity;

  /** `onTransactionLeft` is called when a connection was in a transaction that is not over. */
  constructor(onTransactionLeft: () => void) {
    this.#onTransactionLeft = onTransactionLeft;
  }

  /** From now on connections that were made before that moment are closed, and not used. */
  discardOlderThan(moment: number): void {
    this.#oldestAllowed = Math.max(this.#oldestAllowed, moment);
  }

  checkOut(pool: PostgresPool, use: OnCheckout, fail: OnNoConnection, discarded = 0): void {
    this.#watch(pool);
    const askedAt = performance.now();
    pool.connect((error, client, release) => {
      if (client === undefined) {
        fail(error ?? new Error('the pool gave neither a connection nor an error'));
        return;
      }
      const madeAt = this.#madeAt.get(client) ?? -Infinity;
      if (discarded < MOST_DISCARDED && (madeAt < this.#oldestAllowed || this.#isInTransaction(client))) {
        discard(client, release);
        this.checkOut(pool, use, fail, discarded + 1);
        return;
      }
      use({
        client,
        isNew: madeAt >= askedAt,
        release: (isBroken) => {
          if (isBroken) {
            discard(client, release);
          } else {
            release(false);
          }
        },
      });
    });
  }

  /** Stops listening to the pools. */
  close(): void {
    for (const pool of this.#watched) {
      pool.removeListener('connect', this.#onMade);
    }
    this.#watched.clear();
  }

  #watch(pool: PostgresPool): void {
    if (!this.#watched.has(pool)) {
      this.#watched.add(pool);
      pool.on('connect', this.#onMade);
    }
  }

  readonly #onMade = (client: PostgresClient): void => {
    this.#madeAt.set(client, performance.now());
  };

  /** What is written there is lost when the transaction is rolled back, though its answer was that it is written. */
  #isInTransaction(client: PostgresClient): boolean {
    const isInTransaction = isTransactionLeft(client);
    if (isInTransaction) {
      this.#onTransactionLeft();
    }
    return isInTransaction;
  }
}

/** Whether the connection is in a transaction that is not over. An older `pg` does not know it. */
export function isTransactionLeft(client: PostgresClient): boolean {
  const status = client.getTransactionStatus?.() ?? 'I';
  return status !== 'I';
}

/** One whose other end is silent takes minutes to end: the process does not wait for that. */
function discard(client: PostgresClient, release: (destroy: boolean) => void): void {
  client.unref?.();
  release(true);
}
