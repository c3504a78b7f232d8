import { SessionsConfigError } from '../errors/index.js';
import { isObject } from '../options/validate.js';

/** The HTTP request that opened a socket: all that is needed of it are its headers. */
export interface Handshake {
  /** As Node has read them. */
  readonly headers: { readonly cookie?: string | undefined };
}

/** The requests that opened the sockets of one application. Its cookies are those of the browser at that time. */
export class Handshakes {
  readonly #requests = new WeakMap<object, Handshake>();

  /** A client of `ws` does not know its request; Nest hands it to `handleConnection()` alone. */
  bind(client: object, request: Handshake): void {
    this.#requests.set(client, request);
  }

  /** What the adapter hands over with a new client, where that is a request. */
  note(client: unknown, request: unknown): void {
    if (isObject(client) && isHandshake(request)) {
      this.bind(client, request);
    }
  }

  /** @throws SessionsConfigError when the request is not known. */
  cookieOf(client: unknown, handler: string): string | undefined {
    const handshake = isObject(client) ? (this.#requests.get(client) ?? ownHandshake(client)) : undefined;
    if (handshake === undefined) {
      throw new SessionsConfigError(
        `${handler}: the request that opened this socket is not known, so it has no session. The adapter of the gateway does not ` +
          'hand it over: call sessions.bind(client, request) in handleConnection(client, request)',
      );
    }
    return handshake.headers.cookie;
  }
}

/** As socket.io keeps it. */
function ownHandshake(client: object): Handshake | undefined {
  return 'handshake' in client && isHandshake(client.handshake) ? client.handshake : undefined;
}

export function isHandshake(value: unknown): value is Handshake {
  return isObject(value) && 'headers' in value && isObject(value.headers);
}
