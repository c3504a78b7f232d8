import fs from 'node:fs';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/*
 * Runs file operations step by step: an operation in a lane stops before each system call until it is told to go on, as a
 * process may be stopped there. So a test can lay the calls of several operations in any order. The calls themselves are made
 * without Node's threads, whose turns would take most of the time.
 */

const CALLS = [
  'readdir',
  'lstat',
  'open',
  'read',
  'write',
  'close',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'rm',
  'fsync',
];

const lanes = new AsyncLocalStorage<Lane>();

/** Call it once in a spec file. The calls of what runs in no lane are not stopped. */
export function stepDisk(): void {
  const originals = CALLS.map((name): [string, unknown] => [name, Reflect.get(fs, name)]);
  beforeAll(() => {
    for (const [name] of originals) Reflect.set(fs, name, stepped(name));
  });
  afterAll(() => {
    for (const [name, original] of originals) Reflect.set(fs, name, original);
  });
}

/** One operation, run one system call at a time. */
export class Lane {
  /** The calls that it made, for the message of a test that fails. */
  readonly calls: string[] = [];
  readonly result: Promise<unknown>;
  isFinished = false;
  /** Calls before which it stands: several, where it makes some side by side. */
  readonly #stopped: { readonly name: string; readonly go: () => void }[] = [];
  #stirred: () => void = () => {};

  constructor(operation: () => Promise<unknown>) {
    this.result = lanes.run(this, operation).finally(() => {
      this.isFinished = true;
      this.#stirred();
    });
    // A rejection is seen by whoever awaits the result.
    this.result.catch(() => {});
  }

  /** Makes the next call; resolves when it stands before another, or has finished. */
  async step(): Promise<void> {
    await this.#standstill();
    const call = this.#stopped.shift();
    if (call) {
      this.calls.push(call.name);
      call.go();
    }
    await nextTurn();
    await this.#standstill();
  }

  /** The call before which it stands. */
  get next(): string | undefined {
    return this.#stopped[0]?.name;
  }

  /** Goes on to the end. */
  async finish(): Promise<unknown> {
    while (!this.isFinished) await this.step();
    return this.result;
  }

  stop(name: string, go: () => void): void {
    this.#stopped.push({ name, go });
    this.#stirred();
  }

  async #standstill(): Promise<void> {
    while (this.#stopped.length === 0 && !this.isFinished) {
      await new Promise<void>((resolve) => (this.#stirred = resolve));
    }
  }
}

function stepped(name: string): (...args: unknown[]) => void {
  // No power fails here: what was written is there, flushed or not.
  const call: unknown = name === 'fsync' ? () => {} : Reflect.get(fs, `${name}Sync`);
  if (!isFunction(call)) throw new Error(`node:fs has no ${name}Sync`);
  return (...args) => {
    const callback = args.pop();
    if (!isFunction(callback)) throw new Error(`${name} was called without a callback`);
    const lane = lanes.getStore();
    if (lane) lane.stop(name, () => lanes.run(lane, () => callback(...resultOf(() => call.apply(fs, args)))));
    else process.nextTick(callback, ...resultOf(() => call.apply(fs, args)));
  };
}

/** As a callback gets it. */
function resultOf(call: () => unknown): unknown[] {
  try {
    return [null, call()];
  } catch (error) {
    return [error];
  }
}

type AnyFunction = (...args: unknown[]) => unknown;

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}
