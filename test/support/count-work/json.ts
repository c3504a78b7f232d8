import { callSites, filesOf } from './stack.js';

export interface Serializations {
  readonly stringify: number;
  readonly parse: number;
}

/** Counts how often the library itself makes text of data, and data of text. */
export class JsonCounter {
  #counted = { stringify: 0, parse: 0 };
  #isCounting = false;

  /** To be called before the library is loaded, which may keep `JSON.parse` in a constant. */
  constructor(private readonly lib: string) {
    const { stringify, parse } = JSON;
    JSON.stringify = (...args: unknown[]): string => {
      this.#count('stringify');
      return Reflect.apply(stringify, JSON, args) as string;
    };
    JSON.parse = (...args: unknown[]): unknown => {
      this.#count('parse');
      return Reflect.apply(parse, JSON, args);
    };
  }

  begin(): void {
    this.#counted = { stringify: 0, parse: 0 };
    this.#isCounting = true;
  }

  end(): Serializations {
    this.#isCounting = false;
    return this.#counted;
  }

  #count(name: keyof Serializations): void {
    if (this.#isCounting && filesOf(callSites())[0]?.startsWith(this.lib) === true) {
      this.#counted[name] += 1;
    }
  }
}
