import {
  assertSerializable,
  deserialize,
  emptyBag,
  isPrimitive,
  serialize,
  type SessionBag,
} from './session-serializer.js';

const EMPTY = '{}';

/** The data of one session in one request, and what this request changed of it. */
export class SessionContents {
  /** The same object from the moment it was handed out, so that references to it stay true when the data are read again. */
  #bag = emptyBag();
  /** The data as they were last read from, or written to, the store. */
  #baseline = EMPTY;
  /** Counts what `set()` and `delete()` did. */
  #revision = 0;
  /** The revision that the store holds. */
  #storedRevision = 0;
  /** The revision that is being written. */
  #payloadRevision = 0;
  /** A reference was handed out: the data may change without our seeing it. */
  #isExposed = false;
  /** The data as text, and the revision at which they were that, for as long as nothing is exposed. */
  #serialized = { revision: 0, text: EMPTY };

  get bag(): SessionBag {
    this.#isExposed = true;
    return this.#bag;
  }

  /** What is `undefined` is not stored, so it counts as absent: `data` lets such values in. */
  keys(): string[] {
    return Object.keys(this.#bag).filter((key) => this.has(key));
  }

  has(key: string): boolean {
    return this.#bag[key] !== undefined;
  }

  get(key: string): unknown {
    const value = this.#bag[key];
    if (!isPrimitive(value)) {
      this.#isExposed = true;
    }
    return value;
  }

  set(key: string, value: unknown): void {
    if (value === undefined) {
      this.delete(key);
      return;
    }
    assertSerializable(key, value);
    this.#bag[key] = value;
    this.#revision += 1;
    if (!isPrimitive(value)) {
      this.#isExposed = true;
    }
  }

  delete(key: string): boolean {
    const existed = this.has(key);
    if (existed) {
      this.#revision += 1;
    }
    Reflect.deleteProperty(this.#bag, key);
    return existed;
  }

  clear(): void {
    for (const key of Object.keys(this.#bag)) {
      this.delete(key);
    }
  }

  get isEmpty(): boolean {
    for (const key in this.#bag) {
      if (this.has(key)) {
        return false;
      }
    }
    return true;
  }

  /** The data to store, or `undefined` when they are what was read. Deep: a change inside of a value counts. */
  changes(): string | undefined {
    const text = this.text();
    return this.differsFrom(text) ? text : undefined;
  }

  /** The data in full, changed or not. */
  text(): string {
    if (this.#isExposed) {
      return this.#serializeExposed();
    }
    return this.#revision === this.#storedRevision ? this.#baseline : this.#serialize();
  }

  /**
   * The data to write, whether changed or not: one serialisation serves to compare them, for the size check and as payload. What is
   * set while that is under way is not in it, and stays a change.
   */
  payload(): string {
    this.#payloadRevision = this.#revision;
    return this.text();
  }

  /** Whether the store holds something else than `text`. */
  differsFrom(text: string): boolean {
    return text !== this.#baseline;
  }

  /** The store holds what `payload()` gave, as `text`. */
  stored(text: string): void {
    this.#baseline = text;
    this.#storedRevision = this.#payloadRevision;
  }

  /** Replaces everything by what the store holds; `false`, with nothing changed, when that cannot be decoded. */
  load(text: string): boolean {
    const stored = deserialize(text);
    if (stored === undefined) {
      return false;
    }
    this.#begin(stored, text);
    return true;
  }

  /** Forgets everything: nothing is stored. */
  reset(): void {
    this.#begin(emptyBag(), EMPTY);
  }

  /** Back to what the store holds. */
  revert(): void {
    this.#begin(deserialize(this.#baseline) ?? emptyBag(), this.#baseline);
  }

  /** Back to what `text()` was, as changes of this request. */
  restore(text: string): void {
    this.#replace(deserialize(text) ?? emptyBag());
  }

  /**
   * Lays the top-level keys that this request changed over what the store holds now, so that requests that change different
   * keys never undo each other. `false`, with nothing changed, when the stored text cannot be decoded.
   */
  rebase(text: string): boolean {
    const newest = deserialize(text);
    if (newest === undefined) {
      return false;
    }
    const before = deserialize(this.#baseline) ?? emptyBag();
    for (const key of new Set([...Object.keys(before), ...this.keys()])) {
      if (JSON.stringify(before[key]) === JSON.stringify(this.#bag[key])) {
        continue;
      }
      if (this.#bag[key] === undefined) {
        Reflect.deleteProperty(newest, key);
      } else {
        newest[key] = this.#bag[key];
      }
    }
    this.#replace(newest);
    this.#baseline = text;
    return true;
  }

  /** What nobody holds a reference to was checked when it was set, and is what it was at the same revision. */
  #serialize(): string {
    if (this.#serialized.revision !== this.#revision) {
      this.#serialized = { revision: this.#revision, text: serialize(this.#bag) };
    }
    return this.#serialized.text;
  }

  /** Also checked when the text is the same: JSON leaves functions out, and writes NaN as the null that may have been there. */
  #serializeExposed(): string {
    const text = serialize(this.#bag);
    for (const key of Object.keys(this.#bag)) {
      assertSerializable(key, this.#bag[key]);
    }
    return text;
  }

  #begin(bag: SessionBag, text: string): void {
    this.#replace(bag);
    this.#baseline = text;
    this.#storedRevision = this.#revision;
  }

  /** A value that is as it was stays the same object: what the handler does later to the one that it holds still counts. */
  #replace(bag: SessionBag): void {
    this.#revision += 1;
    if (!this.#isExposed) {
      this.#bag = bag;
      return;
    }
    const before = Object.assign(emptyBag(), this.#bag);
    for (const key of Object.keys(this.#bag)) {
      Reflect.deleteProperty(this.#bag, key);
    }
    for (const [key, value] of Object.entries(bag)) {
      this.#bag[key] = isSame(before[key], value) ? before[key] : value;
    }
  }
}

/** Whether two values are stored alike. */
function isSame(value: unknown, stored: unknown): boolean {
  if (isPrimitive(value) || isPrimitive(stored)) {
    return value === stored;
  }
  try {
    return JSON.stringify(value) === JSON.stringify(stored);
  } catch {
    // What a failed section may have left behind: it cannot be stored, so it is not what was.
    return false;
  }
}
