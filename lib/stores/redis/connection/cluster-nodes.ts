import { keyPrefixOf, masterOf } from './clients.js';
import { keySlot } from './key-slot.js';

/** Which node of a Cluster has a key, as the client knows it now; it changes when slots move or a replica is promoted. */
export class ClusterNodes {
  readonly #client: unknown;
  readonly #prefix: string;

  constructor(client: unknown, prefix: string) {
    this.#client = client;
    this.#prefix = keyPrefixOf(client) + prefix;
  }

  /** Its address; empty when the client knows none. */
  nodeOf(id: string): string {
    return masterOf(this.#client, keySlot(this.#prefix + id)) ?? '';
  }
}
