import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './history.js';
import type { Wire } from './wire.js';

/** A session that several clients use at once. Another one takes its place when the store was made to forget it. */
export class SharedSession {
  /** Tells it from all others, in the history. */
  name = '';
  id = '';
  #losses = 0;
  #generation = 0;
  #starting: Promise<void> | undefined;

  constructor(
    private readonly number: number,
    private readonly wire: Wire,
    private readonly history: History,
    private readonly random: () => number,
  ) {}

  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** A client was told that `name` is not there any more. */
  async isLost(name: string): Promise<void> {
    if (name !== this.name) return;
    if (this.#losses === this.history.losses) this.history.lost.push(`session ${name} is not there any more`);
    await this.start();
  }

  async #start(): Promise<void> {
    for (;;) {
      const { losses } = this.history;
      const { answer } = await this.wire.send('POST', '/start', this.random);
      if (answer?.id !== undefined) {
        // Together with the name: of the session before, whose end others may yet hear of, less was forgotten.
        this.#losses = losses;
        this.#generation += 1;
        this.name = `${this.number}.${this.#generation}`;
        this.id = answer.id;
        this.history.ids.add(answer.id);
        return;
      }
      await sleep(50);
    }
  }
}
