import { createParamDecorator, type PipeTransform, type Type } from '@nestjs/common';
import { sessionOf } from '../transports/exchange-of.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { SessionObject } from '../session/object/session.js';

type Pipe = Type<PipeTransform> | PipeTransform;

/** What `@Session()` injects. */
export type Session<T extends object = SessionData> = SessionObject<T>;

const decorate = createParamDecorator(sessionOf);

/**
 * Injects the session of the request, or the one that is opened for the message of a socket: loaded and, in the modes
 * `implicit` and `early`, locked. In HTTP handlers, in resolvers of `@nestjs/graphql`, and in gateways. Over a socket,
 * resolvers get it as gateways do.
 *
 * @throws SessionsConfigError on a route that the module does not serve.
 * @throws SessionsUnsupportedError in an RPC handler, and in a resolver of fields of an operation that came over a socket.
 */
export function Session(...pipes: (Type<PipeTransform> | PipeTransform)[]): ParameterDecorator;
/** Injects what is under `key`, after the pipes. */
export function Session(
  key: SessionKey<SessionData>,
  ...pipes: (Type<PipeTransform> | PipeTransform)[]
): ParameterDecorator;
export function Session(keyOrPipe?: SessionKey<SessionData> | Pipe, ...pipes: Pipe[]): ParameterDecorator {
  const apply =
    typeof keyOrPipe === 'string' || keyOrPipe === undefined
      ? decorate(keyOrPipe, ...pipes)
      : decorate(undefined, keyOrPipe, ...pipes);
  return (target, method, index) => {
    apply(target, method, index);
    hideMetatype(target, method, index);
  };
}

/**
 * A validation pipe would construct the parameter's class: the one that is injected or, since the type annotation `Session` is
 * also the name of this decorator, what compilers take for it.
 */
function hideMetatype(target: object, method: string | symbol | undefined, index: number): void {
  if (method === undefined) {
    return;
  }
  const types: unknown = Reflect.getMetadata('design:paramtypes', target, method);
  if (Array.isArray(types) && (types[index] === Session || types[index] === SessionObject)) {
    types[index] = Object;
  }
}
