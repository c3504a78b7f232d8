import { SessionStoreError, SessionTooLargeError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';

/** How memcached, its clients, etcd, MySQL and others say it. */
const TOO_LARGE = /too (large|big|long)|exceeds? the (size )?limit/i;

/** The backend failed, refused, or did not answer: the request may be tried again. */
export function storeFailure(message: string, cause?: unknown): SessionStoreError {
  return new SessionStoreError(message, RETRY_AFTER, cause === undefined ? undefined : { cause });
}

/** The failure of a write: a value that the backend finds too large is no outage, and to write it again is of no use. */
export function writeFailure(value: string, failure: unknown): unknown {
  if (!TOO_LARGE.test(messageOf(failure))) {
    return failure;
  }
  const bytes = Buffer.byteLength(value);
  return new SessionTooLargeError(bytes, bytes - 1, `its store takes (${messageOf(failure)})`, { cause: failure });
}

/** The code of an error: Node's, such as `ECONNREFUSED`, or that of a server, as its client gives it. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Node's codes for a certificate that does not hold (TLS). */
const CERTIFICATE = /CERT|LEAF_SIGNATURE|HOSTNAME_MISMATCH|INVALID_CA/;

/** The same for people who read a log; `undefined` when there is no code. */
export function explainedCodeOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && CERTIFICATE.test(code)
    ? `the client does not trust its certificate: the CA, the name or the date does not fit (${code})`
    : code;
}

/** The text of what was thrown: clients also throw strings. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
