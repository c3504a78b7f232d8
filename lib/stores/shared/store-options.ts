import { SessionsConfigError } from '../../errors/index.js';
import { checkKeys, display } from '../../options/validate.js';

/**
 * Refuses options that a store does not have, and options that are `undefined`: with a default in their place, an environment
 * variable that is not set would go unnoticed.
 *
 * @param examples for each option of the store, what to write in code; the default where there is one.
 * @throws SessionsConfigError that says what to write.
 */
export function checkOptions<O extends object>(
  store: string,
  options: O,
  examples: Readonly<Record<keyof Required<O>, string>>,
): void {
  const names = Object.keys(examples);
  if (typeof options !== 'object' || (options as O | null) === null) {
    const [first = ''] = names;
    const example = `new ${store}({ ${first}: ${Reflect.get(examples, first) as string} })`;
    throw new SessionsConfigError(
      `${store} takes an object of options, for example ${example}; it is ${display(options)}`,
    );
  }
  for (const [name, example] of Object.entries<string>(examples)) {
    if (name in options && Reflect.get(options, name) === undefined) {
      throw new SessionsConfigError(
        `${store}: ${name} is undefined. Write a value, for example ${name}: ${example}. ` +
          'Was it read from an environment variable that is not set?',
      );
    }
  }
  checkKeys(store, options, names);
}

/** @throws SessionsConfigError when the value is not a string. */
export function text(name: string, value: unknown, fallback: string): string {
  if (value === undefined) {
    return fallback;
  }
  if (typeof value !== 'string') {
    throw new SessionsConfigError(`${name} must be a string; it is ${display(value)}`);
  }
  return value;
}
