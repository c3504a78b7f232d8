import { replyCodeOf } from './failures.js';

/** Whether keys are on several nodes, where no command can have two of them: a client may say so, and a Cluster does. */
export class KeySpread {
  #isSpread: boolean;

  constructor(isCluster: boolean) {
    this.#isSpread = isCluster;
  }

  /** The first way for keys that are on one node, the second for others. */
  async choose<T>(together: () => Promise<T>, apart: () => Promise<T>): Promise<T> {
    if (!this.#isSpread) {
      try {
        return await together();
      } catch (error) {
        // A client that does not say that it talks to a Cluster.
        if (!(error instanceof Error) || replyCodeOf(error.cause) !== 'CROSSSLOT') {
          throw error;
        }
        this.#isSpread = true;
      }
    }
    return apart();
  }
}
