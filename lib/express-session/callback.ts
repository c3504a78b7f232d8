/** As express-session calls back: with the error, or with nothing. */
export type Callback = (error?: unknown) => void;

/**
 * A promise where no callback is given; otherwise nothing, and the caller answers with the session, as express-session does.
 * `onThrow` gets what the callback throws: nobody stands above it who could catch that, and it would end the process.
 *
 * @throws TypeError when what is given is no function.
 */
export function settle(
  method: string,
  callback: unknown,
  step: () => Promise<void>,
  onThrow: (error: unknown) => void,
): Promise<void> | undefined {
  if (callback === undefined) {
    return step();
  }
  if (!isCallback(callback)) {
    throw new TypeError(`session.${method}() takes a callback, or nothing and returns a promise`);
  }
  const call: Callback = (error) => {
    try {
      callback(error);
    } catch (thrown) {
      onThrow(thrown);
    }
  };
  step().then(() => call(), call);
  return undefined;
}

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function';
}
