import { Injectable } from '@nestjs/common';
import { SessionsConfigError } from '../errors/index.js';
import type { SessionData } from '../interfaces/session-data.interface.js';
import { loud } from '../session/object/loud-proxy.js';
import { ownerOf } from '../session/object/session-owner.js';
import { SessionObject } from '../session/object/session.js';
import { WorkContext } from '../session/work-context.js';

export interface CurrentSession<T extends object = SessionData> extends SessionObject<T> {}

/**
 * The session of the request, the message or the work of `Sessions.open()` that is being served, for any provider: it has every
 * member of `Session`. Opt in with `currentSession: true`. Handlers that do not take `@Session()` themselves find it unloaded:
 * `await current.load()` first.
 */
@Injectable()
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see above
export class CurrentSession<T extends object = SessionData> {
  /** @internal */
  constructor(private readonly context: WorkContext) {
    // One for all requests: a property that is set on it would be seen by every visitor.
    return loud(this);
  }

  /** The session itself. @throws SessionsConfigError outside of a request. */
  get session(): SessionObject<T> {
    if (!this.context.isEnabled) {
      throw new SessionsConfigError('CurrentSession needs SessionsModule.forRoot({ currentSession: true })');
    }
    const session = this.context.work?.session;
    const owner = ownerOf(session);
    if (owner === undefined) {
      throw new SessionsConfigError(
        'CurrentSession was used outside of a request that has a session. What runs before the middleware of Nest (app.use() in ' +
          'main.ts, routes of Express or Fastify themselves) has request.session. The callbacks of events (request.on("end"), ' +
          'streams, sockets) do not know their request: take the session before, or wrap them with AsyncResource.bind(callback)',
      );
    }
    // With a compatibility, what the application sees is another object.
    return session instanceof SessionObject ? (session as SessionObject<T>) : new SessionObject<T>(owner);
  }
}

/** Every member of the session does here what it does there, on whatever session the request has. */
for (const member of Reflect.ownKeys(SessionObject.prototype)) {
  if (member === 'constructor') {
    continue;
  }
  const forward = function (this: CurrentSession, ...args: unknown[]): unknown {
    const { session } = this;
    const value: unknown = Reflect.get(session, member, session);
    return typeof value === 'function' ? (value.apply(session, args) as unknown) : value;
  };
  const isMethod = 'value' in (Object.getOwnPropertyDescriptor(SessionObject.prototype, member) ?? {});
  Object.defineProperty(CurrentSession.prototype, member, isMethod ? { value: forward } : { get: forward });
}
