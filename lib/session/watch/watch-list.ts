import type { SessionEnd, WatchedSession } from './watched-session.js';

/** Who watches which session. */
export class WatchList {
  readonly #byKey = new Map<string, Set<WatchedSession>>();
  #size = 0;

  /** How many watch. */
  get size(): number {
    return this.#size;
  }

  get keys(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  at(key: string): readonly WatchedSession[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  add(watched: WatchedSession): void {
    this.#size += 1;
    watched.keys.forEach((key) => this.#link(key, watched));
  }

  /** `false` when it is not in the list any more. */
  remove(watched: WatchedSession): boolean {
    const isListed = watched.keys.size > 0;
    [...watched.keys].forEach((key) => this.#unlink(key, watched));
    this.#size -= isListed ? 1 : 0;
    return isListed;
  }

  /** The session lives under this one of its keys. */
  settle(watched: WatchedSession, key: string): void {
    [...watched.keys].filter((other) => other !== key).forEach((other) => this.#unlink(other, watched));
    watched.end = undefined;
  }

  move(from: string, to: string): void {
    for (const watched of this.at(from)) {
      this.#unlink(from, watched);
      this.#link(to, watched);
    }
  }

  /** It is not under this key: when that was the last one, it has ended, and is taken from the list. */
  ruleOut(watched: WatchedSession, key: string, end: SessionEnd): SessionEnd | undefined {
    watched.end ??= end;
    this.#unlink(key, watched);
    if (watched.keys.size > 0) {
      return undefined;
    }
    this.#size -= 1;
    return watched.end;
  }

  clear(): void {
    this.#byKey.clear();
    this.#size = 0;
  }

  #link(key: string, watched: WatchedSession): void {
    watched.keys.add(key);
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(watched));
  }

  #unlink(key: string, watched: WatchedSession): void {
    watched.keys.delete(key);
    const others = this.#byKey.get(key);
    others?.delete(watched);
    if (others?.size === 0) {
      this.#byKey.delete(key);
    }
  }
}
