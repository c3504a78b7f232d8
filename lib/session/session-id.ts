import { hash, randomFillSync } from 'node:crypto';
import { SessionsConfigError } from '../errors/index.js';

const ID_BYTES = 32;
const POOL_BYTES = ID_BYTES * 128;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** Random bytes as base64url, from a pool: one system call serves many. */
export function randomToken(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  const token = pool.toString('base64url', start, used);
  // A token must not stay in memory longer than its user keeps it.
  pool.fill(0, start, used);
  return token;
}

/** 256 random bits, 43 characters (OWASP asks for at least 64 bits of entropy). */
export function generateSessionId(): string {
  return randomToken(ID_BYTES);
}

/** What stores see of an id: a leaked store gives no session away (CVE-2019-16782), and no id can be a path or a command. */
export function hashSessionId(id: string): string {
  return hash('sha256', id, 'base64url');
}

/** How a session is named in logs and messages. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** Where ids come from, and which ones a client may send. `SessionWriter` tries another one when an id is taken. */
export interface SessionIds {
  /** @param inPlaceOf what the store sees of the id that the new one replaces. */
  generate(inPlaceOf?: string): string;
  isWellFormed(id: string): boolean;
  /** Whether the store is known not to answer for this id at present, though it may for others. */
  isOutOfReach(id: string): boolean;
}

const onePlace = (): boolean => false;

const OWN_FORMAT = /^[A-Za-z0-9_-]{43}$/;
const CUSTOM_FORMAT = /^[A-Za-z0-9._~-]{16,200}$/;

export function sessionIds(generateId?: () => string): SessionIds {
  if (generateId === undefined) {
    return { generate: generateSessionId, isWellFormed: (id) => OWN_FORMAT.test(id), isOutOfReach: onePlace };
  }
  const isWellFormed = (id: string): boolean => CUSTOM_FORMAT.test(id);
  const generate = (): string => {
    const id = generateId();
    if (!isWellFormed(id)) {
      throw new SessionsConfigError('generateId must return 16 to 200 characters out of A-Z a-z 0-9 - . _ ~');
    }
    return id;
  };
  return { generate, isWellFormed, isOutOfReach: onePlace };
}
