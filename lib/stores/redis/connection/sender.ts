import { missingMethods } from '../../../options/validate.js';
import { lossEventsOf, type SendCommand } from './clients.js';

interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  listenerCount(event: string): number;
}

/** Sends commands through the application's client, and hears of connections that are lost. */
export class Sender {
  readonly send: SendCommand;
  readonly #emitter: Emitter | undefined;
  readonly #lossEvents: readonly string[];
  #losses = 0;

  /** @param onError told of errors of connections, where the application listens to none. */
  constructor(send: SendCommand, client: unknown, onError: (error: unknown) => void) {
    this.send = send;
    this.#emitter = isEmitter(client) ? client : undefined;
    this.#lossEvents = lossEventsOf(client);
    this.open();
    // An error that nobody listens to ends the process: node-redis emits one whenever a connection breaks. This listener stays
    // when the store is closed, because the client may live on.
    if (this.#emitter?.listenerCount('error') === 0) {
      this.#emitter.on('error', onError);
    }
  }

  /**
   * How many connections were lost so far, by a client that sends a command again whose connection broke before the answer
   * came. The command may have been executed twice when this number has changed meanwhile.
   */
  get losses(): number {
    return this.#losses;
  }

  /** Before an application uses it: perhaps after it was closed. */
  open(): void {
    this.close();
    for (const event of this.#lossEvents) {
      this.#emitter?.on(event, this.#onLoss);
    }
  }

  /** The client is the application's, and stays open. */
  close(): void {
    for (const event of this.#lossEvents) {
      this.#emitter?.off(event, this.#onLoss);
    }
  }

  readonly #onLoss = (): void => {
    this.#losses += 1;
  };
}

function isEmitter(client: unknown): client is Emitter {
  return missingMethods(client, ['on', 'off', 'listenerCount']).length === 0;
}
