import type { ServerResponse } from 'node:http';

/** HTTP/2 has none, and Node warns of whoever reads or writes it. */
export function hasStatusMessage({ req }: ServerResponse): boolean {
  return req.httpVersionMajor !== 2;
}
