import type { ServerResponse } from 'node:http';

/** HTTP/2 has none, and Node warns when one is read or written. */
export function hasStatusMessage({ req }: ServerResponse): boolean {
  return req.httpVersionMajor !== 2;
}

/**
 * Node lets the status be changed until the headers are written: a filter that answers a second time begins with it. Returns what
 * restores the status of now.
 */
export function keepStatus(response: ServerResponse): () => void {
  const hasMessage = hasStatusMessage(response);
  const { statusCode } = response;
  const statusMessage = hasMessage ? response.statusMessage : '';
  // Compared first: on the responses of Express it costs microseconds to set them.
  return () => {
    if (response.statusCode !== statusCode) {
      response.statusCode = statusCode;
    }
    if (hasMessage && response.statusMessage !== statusMessage) {
      response.statusMessage = statusMessage;
    }
  };
}
