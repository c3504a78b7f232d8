import { SessionsConfigError } from './errors/index.js';
import type { SessionData } from './interfaces/session-data.interface.js';
import type { RequestContext } from './request-context.js';
import { SessionObject } from './session/session.js';

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the members are those of the session that it stands for
export interface CurrentSession<T extends object = SessionData> extends SessionObject<T> {}

/**
 * The session of the request that is being served, for any provider: it has every member of `Session`. Opt in with
 * `currentSession: true`. Handlers that do not take `@Session()` themselves find it unloaded: `await current.load()` first.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-unused-vars -- see above
export abstract class CurrentSession<T extends object = SessionData> {
  /** The session itself, to be kept beyond a change of the request. */
  abstract readonly session: SessionObject<T>;
}

/** Forwards to whatever session the request has. */
export function currentSessionOf(context: RequestContext): CurrentSession {
  const members = SessionObject.prototype;
  return new Proxy(Object.create(null) as CurrentSession, {
    get: (_, member) => {
      // Nest looks for life-cycle methods and `then` on every provider, outside of any request.
      if (member !== 'session' && !(member in members)) {
        return undefined;
      }
      const session = demand(context);
      if (member === 'session') {
        return session;
      }
      const value: unknown = Reflect.get(session, member, session);
      return typeof value === 'function' ? (value.bind(session) as unknown) : value;
    },
  });
}

function demand(context: RequestContext): SessionObject {
  if (!context.isEnabled) {
    throw new SessionsConfigError('CurrentSession needs SessionsModule.forRoot({ currentSession: true })');
  }
  if (context.session === undefined) {
    throw new SessionsConfigError('CurrentSession was used outside of a request that has a session');
  }
  return context.session;
}
