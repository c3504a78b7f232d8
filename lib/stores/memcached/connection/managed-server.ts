import { createHash } from 'node:crypto';
import { AnswerLimit } from '../../shared/answer-limit.js';
import { answerOf, type Command, NoAnswer } from './connection.js';
import { PatchedMemcached } from './patched-memcached.js';

const CLIENT_OPTIONS = {
  /** A connection for each of the commands that come at once while none is open; afterwards one carries them all. */
  poolSize: 50,
  /** Retries of the package itself. `PatchedMemcached` retries where that makes sense. */
  retries: 0,
  /** Milliseconds until a connection that nobody uses is closed. */
  idle: 30_000,
};

/** One server, with a client that is replaced when its connections hang. */
export class ManagedServer {
  readonly address: string;
  readonly #timeout: number;
  /** For a read, on connections that have answered before: a firewall may have dropped them since. */
  readonly #limit: AnswerLimit;
  readonly #retired = new Set<PatchedMemcached>();
  #client: PatchedMemcached;
  #onDead: () => void = () => undefined;

  constructor(address: string, timeout: number) {
    this.address = address;
    this.#timeout = timeout;
    this.#limit = new AnswerLimit(timeout);
    this.#client = this.#open();
  }

  answerWithin(timeout: number, onDead: () => void): void {
    this.#limit.shorten(timeout);
    this.#onDead = onDead;
  }

  weightOf(key: string): string {
    return createHash('sha256').update(this.address).update(key).digest('hex');
  }

  async send<T>(command: Command<T>): Promise<T> {
    const client = this.#client;
    const answer = await answerOf(client, command, this.#timeout, () => this.#giveUp(client));
    client.hasAnswered = true;
    return answer;
  }

  /** It is sent again, on a new connection, when one that had answered before breaks or is silent. */
  async read<T>(command: Command<T>): Promise<T> {
    const client = this.#client;
    const limit = this.#limit.milliseconds;
    // A new connection has nothing to be replaced for, and a slow server must not be asked twice.
    if (!client.hasAnswered || limit >= this.#timeout) {
      return this.send(command);
    }
    try {
      return await answerOf(client, command, limit, () => this.#retire(client));
    } catch (error) {
      return this.#readAgain(command, error instanceof NoAnswer);
    }
  }

  async #readAgain<T>(command: Command<T>, wasSilent: boolean): Promise<T> {
    const sentAt = performance.now();
    const answer = await this.send(command);
    if (wasSilent && this.#limit.learn(performance.now() - sentAt)) {
      this.#onDead();
    }
    return answer;
  }

  reset(): void {
    this.#client.end();
    this.#client = this.#open();
  }

  close(): void {
    for (const client of [this.#client, ...this.#retired]) {
      client.end();
    }
  }

  /** A connection has as long as the command that waits for it: with less, a process that stood still would find it too late. */
  #open(): PatchedMemcached {
    return new PatchedMemcached(this.address, { ...CLIENT_OPTIONS, timeout: this.#timeout });
  }

  /** It may only be slow: what waits on it keeps its deadline, and new commands have another. */
  #retire(client: PatchedMemcached): void {
    if (client === this.#client) {
      this.#client = this.#open();
      this.#retired.add(client);
      setTimeout(() => this.#end(client), this.#timeout).unref();
    }
  }

  /**
   * The system takes a connection that hangs for healthy for a quarter of an hour, so the client is replaced. The other commands
   * that wait on it keep their own deadlines: if they failed at once, the server would seem to answer, and the circuit breaker
   * would never open. An earlier command that timed out may have replaced the client already.
   */
  #giveUp(client: PatchedMemcached): void {
    if (client === this.#client) {
      client.isHung = true;
      this.reset();
    }
  }

  #end(client: PatchedMemcached): void {
    client.isHung = true;
    this.#retired.delete(client);
    client.end();
  }
}
