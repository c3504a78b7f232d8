import { createHash, randomUUID } from 'node:crypto';
import type { EndReason, SessionRecord } from '../../interfaces/session-record.interface.js';
import { type Field, FIELDS, FREE, HEADER_LENGTH, instant, KIND } from './layout.js';

/** A session whose rotation is not finished, and the id that it moves from. */
export interface Claim {
  readonly kind: 'claim';
  readonly from: string;
  readonly version: string;
}

/** What a key holds. */
export type Stored =
  | { readonly kind: 'live'; readonly record: SessionRecord; readonly version: string }
  | { readonly kind: 'tombstone'; readonly endReason: EndReason }
  | Claim
  | { readonly kind: 'nothing' }
  /** Another program wrote it, or a later form of this store. */
  | { readonly kind: 'foreign' };

/**
 * Random, and made before a write is sent: a write that is sent twice finds its own version there. The end of a UUID has 48
 * random bits, for which Node.js keeps a pool: `randomBytes()` takes fifteen times as long.
 */
export function newVersion(): string {
  return randomUUID().slice(-FIELDS.version.length);
}

/** A session that nobody has locked. */
export function liveValue(record: SessionRecord, version: string): string {
  return header(KIND.live, record, version, FREE) + record.data;
}

/** A session that takes the place of the one under `from`, as soon as that is a tombstone of the same version. */
export function claimValue(record: SessionRecord, version: string, from: string): string {
  const lock = FREE.slice(0, -FIELDS.holder.length) + from.padEnd(FIELDS.holder.length);
  return header(KIND.claim, record, version, lock) + record.data;
}

export function decode(value: string | undefined): Stored {
  if (value === undefined) {
    return { kind: 'nothing' };
  }
  const part = (field: Field): string => fieldOf(value, field);
  switch (value.length < HEADER_LENGTH ? '' : part(FIELDS.kind)) {
    case KIND.live: {
      const [createdAt, expiresAt] = [Number(part(FIELDS.createdAt)), Number(part(FIELDS.expiresAt))];
      return Number.isSafeInteger(createdAt) && Number.isSafeInteger(expiresAt)
        ? {
            kind: 'live',
            record: { data: value.slice(HEADER_LENGTH), createdAt, expiresAt },
            version: part(FIELDS.version),
          }
        : { kind: 'foreign' };
    }
    case KIND.destroyed:
      return { kind: 'tombstone', endReason: 'destroyed' };
    case KIND.rotated:
      return { kind: 'tombstone', endReason: 'rotated' };
    case KIND.claim:
      return { kind: 'claim', from: part(FIELDS.holder).trimEnd(), version: part(FIELDS.version) };
    default:
      return { kind: 'foreign' };
  }
}

/** A field of a header. */
export function fieldOf(value: string, { at, length }: Field): string {
  return value.slice(at, at + length);
}

/** A token in the width of its field, which is that of the engine's tokens. */
export function tokenField(token: string): string {
  const { length } = FIELDS.token;
  return /^[\w-]{16}$/.test(token) ? token : createHash('sha256').update(token).digest('base64url').slice(0, length);
}

function header(kind: string, { createdAt, expiresAt }: SessionRecord, version: string, lock: string): string {
  return kind + version + instant(createdAt) + instant(expiresAt) + lock;
}
