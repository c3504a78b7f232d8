import { SessionsError } from './sessions.error.js';

/** A value that would not come back from the store as it went in. */
export class SessionNotSerializableError extends SessionsError {
  override readonly name: string = 'SessionNotSerializableError';
  override readonly code = 'SESSION_NOT_SERIALIZABLE';

  constructor(
    /** The top-level key of the session. */
    readonly key: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(
      `The session cannot keep what is under "${key}": ${what}. Sessions hold JSON: plain objects, arrays, strings, finite numbers, booleans and null.`,
      500,
      options,
    );
  }
}
