import type { ServerResponse } from 'node:http';

/** HTTP/2 has none, and Node warns when one is read or written. */
export function hasStatusMessage({ req }: ServerResponse): boolean {
  return req.httpVersionMajor !== 2;
}
