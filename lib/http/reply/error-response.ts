import { HttpException } from '@nestjs/common';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { SessionsError } from '../../errors/index.js';
import type { ReplyHeaders } from '../http-platform.js';
import { hasStatusMessage } from './status.js';

/** What describes the body that is replaced, or a place in place of it. The policy of the content stays: it protects any body. */
const OF_THE_BODY = new Set([
  'transfer-encoding',
  'trailer',
  'etag',
  'last-modified',
  'accept-ranges',
  'location',
  'refresh',
  'link',
  'cache-control',
  'expires',
  'pragma',
]);

/**
 * Takes away what goes with the body of a response that is about to be replaced by an error, and all cookies but those that were
 * set before its handler began. All else stays: CORS (else no script could read the error), rate limits, ids of requests.
 */
export function replaceBody(response: ServerResponse, headers: ReplyHeaders, cookiesBefore: readonly string[]): void {
  headers.removeHeader('Set-Cookie');
  for (const name of Object.keys(headers.getHeaders())) {
    const isContent = name.startsWith('content-') && !name.startsWith('content-security-policy');
    if (isContent || OF_THE_BODY.has(name)) {
      headers.removeHeader(name);
    }
  }
  if (cookiesBefore.length > 0) {
    response.setHeader('Set-Cookie', cookiesBefore);
  }
  response.statusCode = 500;
  if (hasStatusMessage(response)) {
    response.statusMessage = '';
  }
}

/** In Nest's form. It tells nothing but the status. */
export function errorBody(statusCode: number): { readonly statusCode: number; readonly message: string } {
  return { statusCode, message: STATUS_CODES[statusCode] ?? 'Error' };
}

/** With which Nest answers an error. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpException) {
    return error.getStatus();
  }
  return error instanceof SessionsError ? error.status : 500;
}

/** Past the platform, for a reply that it no longer sends. */
export function endWithError(response: ServerResponse, error: unknown): void {
  response.statusCode = statusOf(error);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(errorBody(response.statusCode)));
}
