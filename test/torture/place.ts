import type { FaultProxy } from '../support/servers/fault-proxy.js';
import type { StoreSpec } from './tortured-store.js';

export type StoreKind = StoreSpec['kind'];

/** Where the sessions of one run are, and what can be done to it. */
export interface Place {
  /** What each process is told; as many as were asked for. */
  readonly specs: readonly StoreSpec[];
  /** What stands between each process and the server, where there is one. */
  readonly proxies: readonly FaultProxy[];
  /** Ends about half of the server's connections. */
  readonly terminate?: () => Promise<unknown>;
  /** Has the server forget everything. */
  readonly restart?: () => Promise<unknown>;
  /** Lets time pass for what goes by the server's own clock. */
  readonly advance?: (milliseconds: number) => Promise<unknown>;
  /** The keys of all records and tombstones; none where only the process itself can say. */
  keys(): Promise<string[]>;
  /** All that is stored, as text. */
  dump(): Promise<string>;
  /** What is there and should not be, once every session and tombstone is over and cleaned up. */
  leftovers(): Promise<string[]>;
  dispose(): Promise<void>;
}
