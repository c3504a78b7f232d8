import { SessionsConfigError } from '../../errors/index.js';
import { checkKeys } from '../../options/validate.js';

/**
 * Refuses options that a store does not have, and those that are `undefined`: an environment variable that is not set would
 * otherwise silently become the default.
 *
 * @param examples for each option of the store, a value as it is written in code.
 * @throws SessionsConfigError that says what to write.
 */
export function checkOptions<O extends object>(
  store: string,
  options: O,
  examples: Readonly<Record<keyof Required<O>, string>>,
): void {
  checkKeys(store, options, Object.keys(examples));
  for (const [name, example] of Object.entries<string>(examples)) {
    if (name in options && Reflect.get(options, name) === undefined) {
      throw new SessionsConfigError(
        `${store}: ${name} is undefined. Give it a value, such as ${example}, or leave it out. ` +
          'Was it read from an environment variable that is not set?',
      );
    }
  }
}
