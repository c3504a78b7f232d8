import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OwnInspector } from './inspector.js';

/** How often one function of the library was called. */
export interface CalledFunction {
  /** From the folder `lib` on. */
  readonly file: string;
  readonly name: string;
  readonly calls: number;
}

export interface Calls {
  readonly functions: readonly CalledFunction[];
  /** How many objects of each class were constructed. */
  readonly objects: Readonly<Record<string, number>>;
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
  }[];
}

const INITIALIZER = '<instance_members_initializer>';

/**
 * Counts the calls of the functions in `lib`, which V8 calls "precise coverage". V8 shows a constructor that has a body, and the
 * initialiser of a class that has fields. It shows nothing of a class that has neither, and counts the fields of a base class
 * also for each object of a derived class.
 */
export class CallCounter {
  readonly #sources = new Map<string, string>();

  /** To be called before the library is loaded, else V8 misses what was compiled before. */
  constructor(
    private readonly lib: string,
    private readonly inspector: OwnInspector,
  ) {
    inspector.post('Profiler.enable');
    inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** What was called since the last call of this. */
  take(): Calls {
    const functions: CalledFunction[] = [];
    const constructed = new Map<string, number>();
    const { result } = this.inspector.post('Profiler.takePreciseCoverage') as Coverage;
    for (const { url, functions: found } of result.filter((script) => script.url.startsWith(this.lib))) {
      for (const { functionName, ranges } of found) {
        const [range] = ranges;
        if (range !== undefined && range.count > 0) {
          const source = this.#textOf(url).slice(range.startOffset, range.endOffset);
          const className = constructedClass(functionName, source);
          functions.push({
            file: url.slice(this.lib.length),
            name: className === undefined ? functionName || shortened(source) : `new ${className}`,
            calls: range.count,
          });
          if (className !== undefined) {
            constructed.set(className, Math.max(constructed.get(className) ?? 0, range.count));
          }
        }
      }
    }
    return {
      functions: functions.sort((one, other) => other.calls - one.calls),
      objects: Object.fromEntries(constructed),
    };
  }

  #textOf(url: string): string {
    const text = this.#sources.get(url) ?? readFileSync(fileURLToPath(url), 'utf8');
    this.#sources.set(url, text);
    return text;
  }
}

function constructedClass(functionName: string, source: string): string | undefined {
  if (functionName === INITIALIZER) {
    return /^class (\w+)/.exec(source)?.[1] ?? 'an anonymous class';
  }
  return /^constructor\s*\(/.test(source) ? functionName : undefined;
}

/** Of a function without a name: how it begins. */
function shortened(source: string): string {
  return source.replaceAll(/\s+/g, ' ').slice(0, 50);
}
