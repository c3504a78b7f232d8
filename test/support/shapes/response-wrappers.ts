import type { ServerResponse } from 'node:http';
import { createGzip, type Gzip } from 'node:zlib';

type Call = (...args: unknown[]) => unknown;
type Write = 'writeHead' | 'write' | 'end';

function wrap(response: ServerResponse, method: Write, around: (original: Call, args: unknown[]) => unknown): void {
  const original = response[method].bind(response) as Call;
  Object.assign(response, { [method]: (...args: unknown[]) => around(original, args) });
}

/** Calls the listener once, right before the headers are written, as the package on-headers does. */
export function onHeaders(response: ServerResponse, listener: () => void): void {
  let isCalled = false;
  wrap(response, 'writeHead', (writeHead, args) => {
    if (!isCalled) {
      isCalled = true;
      listener();
    }
    return writeHead(...args);
  });
}

/** Does something that takes a while before the response ends, as express-openid-connect with a store and express-mung do. */
export function endLater(response: ServerResponse): void {
  wrap(response, 'end', (end, args) => {
    setTimeout(() => {
      if (!response.writableEnded) end(...args);
    }, 2);
    return response;
  });
}

/** Compresses what is written, as the package compression does: the headers are written as soon as `end` is called. */
export function compressResponse(response: ServerResponse): void {
  let gzip: Gzip | undefined;
  const write = response.write.bind(response) as Call;
  const end = response.end.bind(response) as Call;
  onHeaders(response, () => {
    if (response.statusCode === 204 || response.statusCode === 304) return;
    response.setHeader('Content-Encoding', 'gzip');
    response.removeHeader('Content-Length');
    gzip = createGzip();
    gzip.on('data', (chunk) => write(chunk));
    gzip.on('end', () => end());
  });
  const writeHeadersFirst = (): void => {
    if (!response.headersSent) response.writeHead(response.statusCode);
  };
  wrap(response, 'write', (original, args) => {
    writeHeadersFirst();
    return gzip === undefined ? original(...args) : gzip.write(args[0]);
  });
  wrap(response, 'end', (original, args) => {
    writeHeadersFirst();
    if (gzip === undefined) return original(...args);
    gzip.end(...(args as []));
    return response;
  });
}
