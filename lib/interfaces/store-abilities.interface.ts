import type { Clock } from './clock.interface.js';
import type { Found, Gone, Missing } from './session-record.interface.js';
import type { SessionsLogger } from './sessions-logger.interface.js';

/** What the module hands to a store when the application starts. */
export interface StoreContext {
  /** The time that the module goes by. */
  readonly clock: Clock;
  /** Where a store writes what an operator should know. */
  readonly logger: SessionsLogger;
  /** The module's `storeTimeout`: milliseconds after which a request is answered without the store. */
  readonly storeTimeout?: number;
}

/**
 * A store that must check or open something before the first request. A rejection ends the start-up with its message. Each application
 * that uses the store starts it, also after it was closed.
 */
export interface StartableStore {
  start(context: StoreContext): Promise<void>;
}

/**
 * A store that owns something that must be closed. What was handed to it ready-made stays open. It is closed with the last application
 * that uses it.
 */
export interface ClosableStore {
  close(): Promise<void>;
}

/** A store that can say how many live sessions it holds, tombstones and expired ones not counted. */
export interface CountableStore {
  count(): Promise<number>;
}

/**
 * A store whose locks outlive the process that took them, until their lease ends. It makes the module warn of an application that
 * does not release them when it is stopped.
 */
export interface LeasingStore {
  readonly hasLeases: true;
}

/**
 * A store on several servers, each of which keeps sessions of its own. When one of them is down, only its sessions notice: others
 * are served, a new session gets an id of a server that answers, and one that changes its id stays where it is.
 */
export interface PartitionedStore {
  /** Names the server that keeps this id. It asks nobody. */
  partOf(id: string): string;
}

/** How much is cleaned up at a time. */
export interface SweepOptions {
  /** At most so many records are removed in one batch. */
  readonly batchSize: number;
}

/** What one batch did. */
export interface SweepBatch {
  /** How many expired records and tombstones it removed. */
  readonly removed: number;
  /** Bad records that it could not judge and left where they were. */
  readonly errors?: readonly Error[];
}

/**
 * A store that has to be told to forget what has expired. It yields after each batch, so that requests are served in
 * between; it leaves locked sessions alone, and never removes one that was renewed meanwhile.
 */
export interface SweepableStore {
  sweep(options: SweepOptions): AsyncIterable<SweepBatch>;
}

/** A store that can read many records in one round trip: what is watched is then looked at by one query. */
export interface BatchLoadableStore {
  /** What `load()` says of each id, in the order of the ids. A `PartitionedStore` is asked for those of one server at a time. */
  loadMany(args: { ids: readonly string[] }): Promise<readonly (Found | Missing | Gone)[]>;
}
