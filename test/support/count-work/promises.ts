import { createHook, executionAsyncId } from 'node:async_hooks';
import { callSites, filesOf } from './stack.js';

export interface Promises {
  /** Created by a line of the library, or by what it calls in Node.js. */
  readonly ours: number;
  /** Created by other code that the library called: what Nest does inside of `next.handle()`. */
  readonly underOurs: number;
  readonly others: number;
  /** How often a function of the library waited: `await` takes a turn of the microtask queue and, without hooks, no promise. */
  readonly awaits: number;
  /** Timers that the library started. */
  readonly timers: number;
}

type Maker = 'ours' | 'underOurs' | 'others';

/** Counts the promises that are created, by whose code it is that creates them. */
export class PromiseCounter {
  #counted = none();
  readonly #hook;

  constructor(private readonly lib: string) {
    this.#hook = createHook({
      init: (_id, type, trigger) => {
        if (type === 'PROMISE') {
          this.#countPromise(trigger !== executionAsyncId());
        } else if (type === 'Timeout' && this.#makerIn(callSites()) === 'ours') {
          this.#counted.timers += 1;
        }
      },
    });
  }

  begin(): void {
    this.#counted = none();
    this.#hook.enable();
  }

  end(): Promises {
    this.#hook.disable();
    return this.#counted;
  }

  #countPromise(hasParent: boolean): void {
    const sites = callSites();
    const maker = this.#makerIn(sites);
    // V8 makes one more promise for each `await` as long as there are hooks. It has a parent, as that of `then()` has.
    if (hasParent && !sites.some((site) => site.getTypeName() === 'Promise')) {
      this.#counted.awaits += maker === 'ours' ? 1 : 0;
    } else {
      this.#counted[maker] += 1;
    }
  }

  #makerIn(sites: readonly NodeJS.CallSite[]): Maker {
    const files = filesOf(sites);
    if (files[0]?.startsWith(this.lib) === true) {
      return 'ours';
    }
    return files.some((file) => file.startsWith(this.lib)) ? 'underOurs' : 'others';
  }
}

function none(): { -readonly [Name in keyof Promises]: number } {
  return { ours: 0, underOurs: 0, others: 0, awaits: 0, timers: 0 };
}
