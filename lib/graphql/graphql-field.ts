import type { PlatformRequest } from '../http/http-request.js';
import type { HttpSession } from '../http/http-session.js';
import { httpSessionOf } from '../http/session-of.js';
import { isObject } from '../options/validate.js';
import type { AnySession } from '../session/object/session.js';
import type { UnitOfWork } from '../session/work/unit-of-work.js';
import { graphqlRequestOf } from './graphql-request.js';
import { memberOf } from './member-of.js';

/** One field of an operation, whose session is that of the HTTP request. */
export class GraphqlField {
  constructor(readonly http: HttpSession) {}

  get session(): AnySession {
    return this.http.session;
  }

  get unit(): UnitOfWork {
    return this.http.unit;
  }

  /** Fields that run in parallel share one load. */
  async take<R>(read: (session: AnySession) => R): Promise<R> {
    await this.http.load();
    return read(this.session);
  }

  /** @throws the refusal, which is an error of the field, and the failure of a root field. */
  refuse(refusal: Error): never {
    graphqlRequestOf(this.http).fail(refusal);
    throw refusal;
  }
}

/** By the arguments of a resolver; `undefined` when its request has no session. */
export function graphqlFieldOf(args: readonly unknown[]): GraphqlField | undefined {
  const request = requestOf(args);
  const http = request === undefined ? undefined : httpSessionOf(request);
  return http === undefined ? undefined : new GraphqlField(http);
}

/** The request of the HTTP platform: drivers of @nestjs/graphql put it into the context as `req`, and mercurius puts its `reply` there. */
export function requestOf(args: readonly unknown[]): PlatformRequest | undefined {
  // A resolver of references has no arguments of its own: (reference, context, info).
  const context: unknown = args.length === 3 ? args[1] : args[2];
  const request = memberOf(context, 'req');
  if (isRequest(request)) {
    return request;
  }
  const requestOfReply = memberOf(memberOf(context, 'reply'), 'request');
  return isRequest(requestOfReply) ? requestOfReply : undefined;
}

function isRequest(value: unknown): value is PlatformRequest {
  return isObject(value) && 'headers' in value && isObject(value.headers);
}
