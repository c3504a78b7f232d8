import { randomBytes } from 'node:crypto';

/** Like the ids that stores see of sessions, and nobody's. */
export function randomId(): string {
  return randomBytes(32).toString('base64url');
}
