import { STATUS_CODES, type ServerResponse } from 'node:http';
import { SessionsError } from '../errors/index.js';

const HEADERS_OF_THE_BODY = [
  'Content-Length',
  'Content-Encoding',
  'Transfer-Encoding',
  'ETag',
  'Last-Modified',
  'Location',
  'Cache-Control',
];

/**
 * Replaces a response that was about to end by an error, since what it says was not stored. It has Nest's form, and tells
 * nothing. When the headers are gone the connection is cut: the client must not take what it has for the whole.
 */
export function replyWithFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of HEADERS_OF_THE_BODY) {
    response.removeHeader(name);
  }
  const statusCode = error instanceof SessionsError ? error.status : 500;
  response.statusCode = statusCode;
  response.statusMessage = STATUS_CODES[statusCode] ?? '';
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ statusCode, message: STATUS_CODES[statusCode] ?? 'Error' }));
}
