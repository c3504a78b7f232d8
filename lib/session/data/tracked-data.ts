import { mergeByKey } from './merge.js';
import {
  assertSerializable,
  bagOf,
  emptyBag,
  isPrimitive,
  serialize,
  type SessionBag,
  type ValueCheck,
} from './serializer.js';

/** What is stored of a session without data. */
const EMPTY = '{}';

/** The data of one session in one request, and what this request changed of it. */
export class TrackedData {
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
  /** All of the data were handed out: they may change without our seeing it. */
  #isBagExposed = false;
  /** The keys whose objects were handed out, which may change as well. */
  #exposed: Set<string> | undefined;
  /** What others set while a section runs, which must not undo it when it fails. */
  #others: { readonly isOther: () => boolean; readonly changes: Map<string, unknown> } | undefined;

  constructor(private readonly check: ValueCheck = assertSerializable) {}

  /** The data as one live object. */
  get bag(): SessionBag {
    this.#isBagExposed = true;
    return this.#bag;
  }

  /** The data as they were last read or written: what changes are compared with. */
  get baseline(): string {
    return this.#baseline;
  }

  /** A value that is `undefined` is not stored, so it counts as absent: `data` lets such values in. */
  keys(): string[] {
    return Object.keys(this.#bag).filter((key) => this.has(key));
  }

  has(key: string): boolean {
    return this.#bag[key] !== undefined;
  }

  get(key: string): unknown {
    const value = this.#bag[key];
    if (!isPrimitive(value)) {
      (this.#exposed ??= new Set()).add(key);
    }
    return value;
  }

  set(key: string, value: unknown): void {
    if (value === undefined) {
      this.delete(key);
      return;
    }
    this.check(key, value);
    this.#noteOthers(key, value);
    this.#bag[key] = value;
    this.#revision += 1;
    if (!isPrimitive(value)) {
      (this.#exposed ??= new Set()).add(key);
    }
  }

  delete(key: string): boolean {
    this.#noteOthers(key, undefined);
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

  /** The data in full. Only where the text differs what was handed out is walked: `set()` has checked the rest. */
  text(): string {
    if (!this.#isExposed && this.#revision === this.#storedRevision) {
      return this.#baseline;
    }
    const text = serialize(this.#bag, this.check);
    for (const key of this.#isBagExposed ? Object.keys(this.#bag) : (this.#exposed ?? [])) {
      const value = this.#bag[key];
      // JSON leaves these out without a word, so the text may be the same.
      if (text !== this.#baseline || typeof value === 'function' || typeof value === 'symbol') {
        this.check(key, value);
      }
    }
    return text;
  }

  /**
   * The data to write: one serialisation serves to compare them, for the size check and as payload. What is set while the write
   * is under way is not in it, and stays a change.
   */
  payload(): string {
    this.#payloadRevision = this.#revision;
    return this.text();
  }

  /** Whether the store holds something else. Deep: a change inside of a value counts. */
  get isChanged(): boolean {
    return this.text() !== this.#baseline;
  }

  /** The store holds what `payload()` returned, as `text`. */
  stored(text: string): void {
    this.#baseline = text;
    this.#storedRevision = this.#payloadRevision;
  }

  /** Replaces everything by what the store holds. */
  load(bag: SessionBag, text: string): void {
    this.#replace(bag);
    this.#baseline = text;
    this.#storedRevision = this.#revision;
  }

  /** Forgets everything: nothing is stored. */
  reset(): void {
    this.load(emptyBag(), EMPTY);
  }

  /** Nothing is stored any more; what this request changed stays, as changes, or all of it. */
  detach(keepsAll: boolean): void {
    if (keepsAll) {
      this.#baseline = EMPTY;
      this.#revision += 1;
    } else {
      this.rebase(EMPTY);
    }
  }

  /** Nothing is stored any more but what changed `base` into `text`, as changes. */
  restart(base: string, text: string): void {
    this.#replace(mergeByKey(bagOf(base), bagOf(text), emptyBag()));
    this.#baseline = EMPTY;
  }

  /**
   * Notes what other code changes while a section runs; `isOther`: the code that runs is not of the section. Returns what ends it, or
   * `undefined` within a section around this one, which notes already.
   */
  watchOthers(isOther: () => boolean): (() => void) | undefined {
    if (this.#others !== undefined) {
      return undefined;
    }
    this.#others = { isOther, changes: new Map() };
    return () => {
      this.#others = undefined;
    };
  }

  /** What others changed stays, although the section is undone. */
  replayOthers(): void {
    for (const [key, value] of this.#others?.changes ?? []) {
      this.set(key, value);
    }
  }

  /** Back to what the store holds. */
  revert(): void {
    this.load(bagOf(this.#baseline), this.#baseline);
  }

  /** Back to what `text()` was, as changes of this request. */
  restore(text: string): void {
    this.#replace(bagOf(text));
  }

  /** Lays the top-level keys that this request changed over `newest`, which was decoded before. */
  rebase(newest: string): void {
    this.#replace(mergeByKey(bagOf(this.#baseline), this.#bag, bagOf(newest)));
    this.#baseline = newest;
  }

  get #isExposed(): boolean {
    return this.#isBagExposed || this.#exposed !== undefined;
  }

  #noteOthers(key: string, value: unknown): void {
    if (this.#others?.isOther() === true) {
      this.#others.changes.set(key, value);
    }
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
    // What a failed section may have left behind cannot be stored, so it is not what was.
    return false;
  }
}
