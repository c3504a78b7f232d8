import { concatMap, defer, Observable, tap } from 'rxjs';
import { SessionsUnsupportedError } from '../errors/index.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import type { AnySession } from '../session/object/session.js';
import type { SessionEngine } from '../session/session-engine.js';
import type { UnitOfWork } from '../session/work/unit-of-work.js';
import type { WorkContext } from '../session/work-context.js';
import { isObject } from '../options/validate.js';
import { SocketMessage } from '../sockets/socket-message.js';
import { handshakeOf } from './handshake-of.js';

/**
 * One root field of an operation that came over a socket, as each subscription does. There is no HTTP response: its session is
 * opened by the handshake, as for the message of a gateway, and committed when the resolver has returned.
 */
export class SocketField {
  readonly #message: SocketMessage;

  constructor(
    engine: SessionEngine,
    cookieOf: () => string | undefined,
    private readonly name: string,
    private readonly locking: LockSettings,
    private readonly work: WorkContext,
  ) {
    // Nobody would unlock what a guard has locked, when the next guard turns the operation away.
    this.#message = new SocketMessage(engine, cookieOf, name, { ...locking, mode: 'read-only' });
  }

  get session(): AnySession {
    return this.#message.session;
  }

  get unit(): UnitOfWork {
    return this.#message.unit;
  }

  take<R>(read: (session: AnySession) => R): Promise<R> {
    return this.#message.take(read);
  }

  /** @throws the refusal, which is an error of the operation. */
  refuse(refusal: Error): never {
    throw refusal;
  }

  /** The resolver, which locks as its decorators say, and the commit of what it did, before anything is sent. */
  around(resolve: () => Observable<unknown>): Observable<unknown> {
    let returned: unknown;
    const resolver = defer(async () => this.#message.enter(this.locking, this.name)).pipe(
      concatMap(() => this.#inContext(resolve)),
      tap((result) => (returned = result)),
    );
    return this.#message.around(resolver).pipe(tap({ error: () => void this.#endStream(returned) }));
  }

  /** Nobody will listen to the stream of a subscription that could not be stored: its source may have begun already. */
  async #endStream(stream: unknown): Promise<void> {
    try {
      if (isStream(stream)) {
        await stream.return?.();
      }
    } catch (error) {
      this.#message.report('The stream of a subscription that failed could not be ended', error);
    }
  }

  #inContext(resolve: () => Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => this.work.run(this.#message, () => resolve().subscribe(subscriber)));
  }
}

/** By what graphql-js makes for each root field alone. */
const fields = new WeakMap<object, SocketField>();

/** A root field is about to run of an operation that did not come by HTTP. */
export function enterSocketField(
  engine: SessionEngine,
  work: WorkContext,
  args: readonly unknown[],
  name: string,
  locking: LockSettings,
): void {
  const info: unknown = args[3];
  if (isObject(info)) {
    fields.set(info, new SocketField(engine, () => cookieHeaderOf(args, name), name, locking, work));
  }
}

/** By the arguments of a resolver; `undefined` when its operation came by HTTP, or the module is not there. */
export function socketFieldOf(args: readonly unknown[]): SocketField | undefined {
  const info: unknown = args[3];
  return isObject(info) ? fields.get(info) : undefined;
}

/** @throws SessionsUnsupportedError when the request is not known that opened the socket. */
function cookieHeaderOf(args: readonly unknown[], name: string): string | undefined {
  const handshake = handshakeOf(args);
  if (handshake === undefined) {
    throw new SessionsUnsupportedError(
      `${name}: neither the request of this operation is known, nor the one that opened its socket, so it has no session. Let the ` +
        'context of GraphQLModule keep the request, and extra of graphql-ws: context: ({ req, extra }) => ({ req, extra })',
    );
  }
  return handshake.headers.cookie;
}

function isStream(value: unknown): value is AsyncIterator<unknown> {
  return isObject(value) && Symbol.asyncIterator in value;
}
