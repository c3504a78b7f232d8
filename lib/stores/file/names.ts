import { createHash, randomBytes } from 'node:crypto';
import type { EndReason, LockHolder, SessionRecord } from '../../interfaces/session-record.interface.js';

/*
 * The names in a session's folder. What a name begins with says what it is:
 *
 *   h  the head: an empty file whose name is the session's whole state but for the data
 *   d  data: `d,<version>`
 *   t  a tombstone: `t,<the instant that it ends>,<why it is there>`; it counts when the folder has no head
 *   r  a rotation that is being prepared, with the id that it comes from
 *
 * `,` stands in no field: they are numbers and base64url.
 */

/** The state of a session: all but its data. */
export interface Head extends Omit<SessionRecord, 'data'> {
  /** Counts the changes of the head, so that no name is ever used twice. */
  readonly serial: number;
  /** The version of the data, and the name of their file. */
  readonly version: string;
  /** Bytes of data. */
  readonly size: number;
  readonly lock?: HeadLock;
}

export interface HeadLock {
  /** A hash of the token, which may be any text. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly leaseEndsAt: number;
  readonly owner: Owner;
  readonly holder: LockHolder;
}

/** The process that holds a lock, as one that may have to judge whether it still runs can find it. */
export interface Owner {
  /** The machine since it was started, and the pid namespace: where the pid means something. */
  readonly machine: string;
  readonly pid: number;
  /** When the process was started, on the machine's own count: a pid is used again. */
  readonly started: string;
}

/** File systems take names of 255 bytes; what people read is cut so that the rest always fits. */
const PROCESS_BYTES = 30;
const ROUTE_BYTES = 48;

const HEAD_FIELDS = 6;
const LOCKED_FIELDS = 13;

export function headName({ serial, version, size, createdAt, expiresAt, lock }: Head): string {
  const fields: (string | number)[] = ['h', serial, version, size, createdAt, expiresAt];
  if (lock) {
    const { token, leaseEndsAt, owner, holder } = lock;
    fields.push(token, leaseEndsAt, owner.machine, owner.pid, owner.started, holder.since);
    fields.push(`${encode(holder.process, PROCESS_BYTES)}.${encode(holder.route, ROUTE_BYTES)}`);
  }
  return fields.join(',');
}

export function parseHead(name: string): Head | undefined {
  const fields = name.split(',');
  const [kind, serial = '', version = '', size = '', createdAt = '', expiresAt = ''] = fields;
  if (kind !== 'h' || (fields.length !== HEAD_FIELDS && fields.length !== LOCKED_FIELDS)) return undefined;
  const lock = fields.length === LOCKED_FIELDS ? parseLock(fields.slice(HEAD_FIELDS)) : undefined;
  const head: Head = {
    serial: Number(serial),
    version,
    size: Number(size),
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    ...(lock && { lock }),
  };
  // Only what is written back the same is one of ours.
  return Number.isFinite(head.serial) && headName(head) === name ? head : undefined;
}

function parseLock(fields: readonly string[]): HeadLock {
  const [token = '', leaseEndsAt, machine = '', pid, started = '', since, texts = ''] = fields;
  const [process = '', route = ''] = texts.split('.');
  return {
    token,
    leaseEndsAt: Number(leaseEndsAt),
    owner: { machine, pid: Number(pid), started },
    holder: { process: decode(process), route: decode(route), since: Number(since) },
  };
}

/** Whether a lease is running. */
export function isLocked(head: Head | undefined, now: number): boolean {
  return head?.lock !== undefined && now < head.lock.leaseEndsAt;
}

/** The same state without its lock. */
export function unlocked({ serial, version, size, createdAt, expiresAt }: Head): Head {
  return { serial, version, size, createdAt, expiresAt };
}

export function dataName(version: string): string {
  return `d,${version}`;
}

export interface Tombstone {
  /** Epoch milliseconds. */
  readonly until: number;
  readonly because: EndReason;
}

/** Unlike any other, so that whoever removes it removes no later one. */
export function tombstoneName({ until, because }: Tombstone): string {
  return `t,${until},${because},${nonce()}`;
}

/** `undefined` when the name is not that of a tombstone. */
export function parseTombstone(name: string): Tombstone | undefined {
  const [kind, until, because] = name.split(',');
  if (kind !== 't' || (because !== 'destroyed' && because !== 'rotated')) {
    return undefined;
  }
  return { until: Number(until), because };
}

/** Unlike any other, as a tombstone. */
export function rotationName(from: string): string {
  return `r,${from},${nonce()}`;
}

/** The id that a rotation comes from; `undefined` when the name is not that of one. */
export function parseRotation(name: string): string | undefined {
  const [kind, from] = name.split(',');
  return kind === 'r' ? from : undefined;
}

const UNPUBLISHED = '.new,';
const DISCARDED = '.old,';

/** A folder that is being filled, beside those of the sessions. */
export function unpublishedName(): string {
  return `${UNPUBLISHED}${nonce()}`;
}

export function isUnpublished(name: string): boolean {
  return name.startsWith(UNPUBLISHED);
}

/** A folder that is being emptied, beside those of the sessions. */
export function discardedName(): string {
  return `${DISCARDED}${nonce()}`;
}

export function isDiscarded(name: string): boolean {
  return name.startsWith(DISCARDED);
}

/** Whether a folder of that name is a session's. */
export function isSession(name: string): boolean {
  return /^[\w-]{3,200}$/.test(name);
}

/** Whether the store may have made a file of that name. */
export function isOurs(name: string): boolean {
  return /^[hdtr],[\w.,-]+$/.test(name);
}

/** 96 random bits. */
export function nonce(): string {
  return randomBytes(12).toString('base64url');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}

function encode(text: string, bytes: number): string {
  // A character that was cut in two would not be read as it was written.
  const cut = Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\ufffd$/, '');
  return Buffer.from(cut).toString('base64url');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}
