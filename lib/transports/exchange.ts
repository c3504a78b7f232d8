import type { AnySession } from '../session/object/session.js';
import type { UnitOfWork } from '../session/work/unit-of-work.js';

/** What a session is used in: an HTTP request, a field of a GraphQL operation, a message of a socket. */
export interface Exchange {
  readonly session: AnySession;
  readonly unit: UnitOfWork;
  /** What a parameter gets: at once where the session is loaded before the handler, else when it is loaded. */
  take<R>(read: (session: AnySession) => R): R | Promise<R>;
  /** Turns the work away, as its transport does: it throws, or the guard has to return `false`. */
  refuse(refusal: Error): false;
}
