/**
 * The base of every error of this library. Nest answers with `status`, and since `expose` is false the body holds the
 * status text alone: no id, key, host or statement reaches a client.
 */
export abstract class SessionsError extends Error {
  /** Written out in each class: a bundler that minifies leaves a letter of the class's own. */
  abstract override readonly name: string;
  /** Stable, for programs; the message is for people and may change. */
  abstract readonly code: string;

  /** The HTTP status of the answer. */
  readonly status: number;
  /** The same, as Fastify and `http-errors` name it. */
  readonly statusCode: number;
  /** The message is for the log, and not for the client. */
  readonly expose = false;

  constructor(message: string, status = 500, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.statusCode = status;
  }
}
