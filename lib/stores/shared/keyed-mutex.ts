/** Does what concerns one key one after another, so that what was read is still true when it is written. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #moves = new Map<string, Promise<void>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }

  /** For work on two keys that nobody may see half done. */
  async takeBoth<T>(one: string, other: string, work: () => Promise<T>): Promise<T> {
    // Always in the same order: two of them could wait for each other.
    const [first, second] = one < other ? [one, other] : [other, one];
    const turn = this.take(first, () => this.take(second, work));
    const isOver = turn.then(nothing, nothing);
    for (const key of [one, other]) this.#moves.set(key, isOver);
    try {
      return await turn;
    } finally {
      for (const key of [one, other]) if (this.#moves.get(key) === isOver) this.#moves.delete(key);
    }
  }

  /** For those who take no turn, because they only read: settles when no work on this key and another is half done. */
  async settled(key: string): Promise<void> {
    await this.#moves.get(key);
  }
}

function nothing(): void {
  // Whether the work failed concerns those who asked for it.
}
