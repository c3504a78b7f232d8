import type { ServerResponse } from 'node:http';

/**
 * Ends a reply whose headers have left so that the client sees that it is not whole. Over HTTP/1 the connection is cut. Over HTTP/2
 * the stream ends with an error code: when it is destroyed without an error it looks as if its body were complete.
 */
export function breakOff(response: ServerResponse): void {
  const isHttp2 = 'stream' in response;
  response.destroy(isHttp2 ? new Error('The session could not be stored') : undefined);
}
