import { SessionsConfigError } from '../errors/index.js';

const LONGEST_TIMER = 2 ** 31 - 1;

/** Refuses misspelt options: a default in place of what somebody meant is a hole that nobody sees. */
export function checkKeys(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new SessionsConfigError(`${where} must be an object`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const nearest = known.reduce((best, name) => (distance(key, name) < distance(key, best) ? name : best));
      throw new SessionsConfigError(`${where} has no option "${key}". Did you mean "${nearest}"?`);
    }
  }
}

/** A duration in milliseconds. */
export function duration(
  name: string,
  value: unknown,
  fallback: number,
  { min = 1, max = Number.MAX_SAFE_INTEGER } = {},
): number {
  if (value === undefined) {
    return fallback;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) {
    throw new SessionsConfigError(
      `${name} must be a duration in milliseconds from ${min} to ${max}, for example minutes(30); it is ${display(value)}`,
    );
  }
  return value;
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

export function callable<T>(name: string, value: T): T {
  if (value !== undefined && typeof value !== 'function') {
    throw new SessionsConfigError(`${name} must be a function; it is ${display(value)}`);
  }
  return value;
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

/** As it reads in the message of an error. */
export function display(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
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
