import { SessionsConfigError } from '../errors/index.js';

/** How the errors of the module's own options begin. */
export const MODULE = 'SessionsModule';

const LONGEST_TIMER = 2 ** 31 - 1;

/** For names that an option has elsewhere: what to write in its place. */
export type Replacements = Readonly<Record<string, string>>;

/**
 * Refuses what cannot be meant. A default in place of a misspelt option, or of a secret whose environment variable is not set,
 * is a hole that nobody sees.
 *
 * @param where what has the options, as it reads at the beginning of an error: `FileStore`, or `cookie` for a group of options.
 * @throws SessionsConfigError when the options are no object, have a key that is not known, or one that is `undefined`.
 */
export function checkKeys(
  where: string,
  options: unknown,
  known: readonly string[],
  replacements: Replacements = {},
): void {
  if (!isObject(options)) {
    throw new SessionsConfigError(`${where} must be an object of options; it is ${display(options)}`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) {
      throw new SessionsConfigError(`${where} has no option "${key}"${advice(key, known, replacements)}`);
    }
    if (value === undefined) {
      throw new SessionsConfigError(
        `${nameOf(where, key)} is undefined: leave it out, or give it a value (an environment variable that is not set?).`,
      );
    }
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What follows the name of an unknown option. */
function advice(key: string, known: readonly string[], replacements: Replacements): string {
  if (Object.hasOwn(replacements, key)) {
    return `, which express-session and its like have: ${replacements[key]}.`;
  }
  // Of three letters two that change make another word.
  const most = key.length < 4 ? 1 : Math.max(2, key.length / 3);
  const near = known.filter((name) => distance(key, name) <= most);
  const nearest = near.sort((a, b) => distance(key, a) - distance(key, b))[0];
  return nearest === undefined ? `. It has ${known.join(', ')}.` : `. Did you mean "${nearest}"?`;
}

/** As users write it: the module's own options have no prefix, those of a group are `cookie.name`, those of a call `@LockSession(): mode`. */
function nameOf(where: string, key: string): string {
  if (where === MODULE) {
    return key;
  }
  return where.endsWith(')') ? `${where}: ${key}` : `${where}.${key}`;
}

/** A duration in milliseconds, whole ones: `minutes(1 / 7)` is none, and some servers refuse what is not. */
export function duration(
  name: string,
  value: unknown,
  fallback: number,
  { min = 1, max = Number.MAX_SAFE_INTEGER } = {},
): number {
  if (value === undefined) {
    return Math.ceil(fallback);
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) {
    throw new SessionsConfigError(
      `${name} must be a duration in milliseconds from ${min} to ${max}, for example minutes(30); it is ${display(value)}`,
    );
  }
  return Math.ceil(value);
}

/** A duration that a timer has to be able to wait for: longer ones would fire at once. */
export function timerDuration(name: string, value: unknown, fallback: number): number {
  return duration(name, value, fallback, { max: LONGEST_TIMER });
}

export function count(name: string, value: unknown, fallback: number, min = 1): number {
  if (value === undefined) {
    return fallback;
  }
  if (!Number.isSafeInteger(value) || (value as number) < min) {
    throw new SessionsConfigError(`${name} must be a whole number, at least ${min}; it is ${display(value)}`);
  }
  return value as number;
}

export function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) {
    return fallback;
  }
  if (typeof value !== 'boolean') {
    throw new SessionsConfigError(`${name} must be true or false; it is ${display(value)}`);
  }
  return value;
}

export function oneOf<T>(name: string, value: T | undefined, fallback: T, choices: readonly T[]): T {
  if (value === undefined) {
    return fallback;
  }
  if (!choices.includes(value)) {
    throw new SessionsConfigError(`${name} must be one of ${choices.map(display).join(', ')}; it is ${display(value)}`);
  }
  return value;
}

/** A function whose result is used at once: the promise of an async one would be taken for a value, and be true. */
export function synchronous<T>(name: string, value: T): T {
  if (value !== undefined && (typeof value !== 'function' || isAsync(value))) {
    throw new SessionsConfigError(`${name} must be a function, and not an async function; it is ${display(value)}`);
  }
  return value;
}

/** True for `async` functions and for generators, as far as compilers have not made plain ones of them. */
export function isAsync(value: object): boolean {
  return Reflect.get(value, Symbol.toStringTag) !== undefined;
}

export function list<T>(name: string, value: T): T {
  if (value !== undefined && !Array.isArray(value)) {
    throw new SessionsConfigError(`${name} must be an array; it is ${display(value)}`);
  }
  return value;
}

/** Those of the methods that `value` does not have: all of them, when it is not even an object. */
export function missingMethods(value: unknown, methods: readonly string[]): string[] {
  return methods.filter(
    (method) => typeof value !== 'object' || value === null || typeof Reflect.get(value, method) !== 'function',
  );
}

/** As it reads in the message of an error; of what has no short text only its kind. */
export function display(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value}'`;
  }
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
    return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  }
  return String(value);
}

/** How many letters have to change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a.toLowerCase()).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b.toLowerCase()).entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
