import type { FaultProxy } from '../support/servers/fault-proxy.js';
import type { StoreSpec } from './tortured-store.js';

/** What a run is made on: some kinds of store can stand on more than one kind of place. */
export type StoreKind = StoreSpec['kind'] | 'three-memcached';

/** Where the sessions of one run are, and what can be done to it. */
export interface Place {
  /** What each process is told; as many as were asked for. */
  readonly specs: readonly StoreSpec[];
  /** What stands between each process and the server, where there is one. */
  readonly proxies: readonly FaultProxy[];
  /** Whether a process shares its connections with the store, and can leave transactions on them. */
  readonly sharesPool?: boolean;
  /** Leads everybody to a server that can be read and not written, for so long, and back. */
  readonly failOver?: (milliseconds: number) => Promise<unknown>;
  /** Whether the store finds out by itself that a network has forgotten its connections. */
  readonly noticesSilence?: boolean;
  /** Ends about half of the server's connections. */
  readonly terminate?: () => Promise<unknown>;
  /** Stops one of several servers, another each time, for so long; then it is back, and has forgotten everything. */
  readonly loseOne?: (milliseconds: number) => Promise<unknown>;
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
