import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends a reply whose headers have left so that the client sees that it is not whole. Over HTTP/1 the connection is reset: in HTTP/1.0,
 * which proxies still speak, one that is closed is the end of a body whose length nobody has said. Over HTTP/2 the stream ends with an
 * error code: when it is destroyed without an error it looks as if its body were complete.
 */
export function breakOff(response: ServerResponse): void {
  const isHttp2 = 'stream' in response;
  if (!isHttp2 && isPlainTcp(response.socket)) {
    response.socket.resetAndDestroy();
  }
  response.destroy(isHttp2 ? new Error('The reply is not whole') : undefined);
}

/** Node can reset no other connection: neither one of TLS, nor one of a Unix socket, which has no address. */
function isPlainTcp(socket: Socket | null): socket is Socket {
  return socket?.remoteAddress !== undefined && !('encrypted' in socket);
}
