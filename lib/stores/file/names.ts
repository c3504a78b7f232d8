import { createHash, randomBytes } from 'node:crypto';
import type { EndReason, SessionRecord } from '../../interfaces/session-record.interface.js';
import type { Lock } from '../shared/entry.js';

/*
 * The names in a session's folder. The first letter says what a file is:
 *
 *   s  the state file: an empty file whose name holds all that is known of the session, except its data
 *   d  data: `d,<version>`
 *   t  a tombstone: `t,<the instant that it ends>,<why it is there>`; it counts when the folder has no state file
 *   r  a rotation that is being prepared: `r,<the id that the session is moved from>`
 *
 * Fields are separated by `,` and never contain one: they are numbers, base64url and fixed words.
 */

/** What the name of the state file says of a session: all but its data. */
export interface StateName extends Omit<SessionRecord, 'data'> {
  /** Counts the changes, so that no name is ever used twice. */
  readonly serial: number;
  /** The version of the data, and the name of their file. */
  readonly version: string;
  /** Bytes of data. */
  readonly size: number;
  readonly lock?: StateLock;
}

/** Its token is a hash of the caller's, which may be any text; its lease ends by the wall clock. */
interface StateLock extends Lock {
  readonly owner: Owner;
}

/** The process that holds a lock, described so that another process can find out whether it still runs. */
export interface Owner {
  /** Hash of the machine's boot id and the pid namespace: within both of them a pid is unique. */
  readonly machine: string;
  readonly pid: number;
  /** When the process was started, in clock ticks since the boot: the system uses pids again. */
  readonly started: string;
}

/** Bytes of the longest name that most file systems take; on encrypted ones it may be 143 or 175. */
export const LONGEST_FILE_NAME = 255;

/** Bytes that a name has to have at least: all fields at their longest, and none of the texts for people. */
export const SHORTEST_NAME = 130;

/** The share of the process in what is left for texts; its name is the shorter one. */
const PROCESS_SHARE = 0.35;

const RADIX = 36;

const STATE_FIELDS = 6;
const LOCKED_FIELDS = 13;

/**
 * The name of a state file, in at most `longest` bytes. The texts for people get what the other fields leave. Whole milliseconds,
 * as instants on a disk need no fractions.
 */
export function formatStateName(state: StateName, longest = Infinity): string {
  const { serial, version, size, createdAt, expiresAt, lock } = state;
  const fields = ['s', digits(serial), version, digits(size), digits(createdAt), digits(expiresAt)];
  if (lock === undefined) {
    return fields.join(',');
  }
  const { token, leaseEndsAt, owner, holder } = lock;
  fields.push(token, digits(leaseEndsAt), owner.machine, digits(owner.pid), owner.started, digits(holder.since), '');
  const name = fields.join(',');
  const room = longest - name.length - '.'.length;
  const process = encode(holder.process, room * PROCESS_SHARE);
  return `${name}${process}.${encode(holder.route, room - process.length)}`;
}

export function parseStateName(name: string): StateName | undefined {
  const fields = name.split(',');
  const [kind, serial = '', version = '', size = '', createdAt = '', expiresAt = ''] = fields;
  if (kind !== 's' || (fields.length !== STATE_FIELDS && fields.length !== LOCKED_FIELDS)) {
    return undefined;
  }
  const lock = fields.length === LOCKED_FIELDS ? parseLock(fields.slice(STATE_FIELDS)) : undefined;
  const state: StateName = {
    serial: numberOf(serial),
    version,
    size: numberOf(size),
    createdAt: numberOf(createdAt),
    expiresAt: numberOf(expiresAt),
    ...(lock && { lock }),
  };
  // A name that this store would write differently is not one of its own.
  return Number.isFinite(state.serial) && formatStateName(state) === name ? state : undefined;
}

function parseLock(fields: readonly string[]): StateLock {
  const [token = '', leaseEndsAt = '', machine = '', pid = '', started = '', since = '', texts = ''] = fields;
  const [process = '', route = ''] = texts.split('.');
  return {
    token,
    leaseEndsAt: numberOf(leaseEndsAt),
    owner: { machine, pid: numberOf(pid), started },
    holder: { process: decode(process), route: decode(route), since: numberOf(since) },
  };
}

/** The same state without its lock. */
export function unlocked({ serial, version, size, createdAt, expiresAt }: StateName): StateName {
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

/** Unique, so that a process that removes an old tombstone never removes a later one. */
export function tombstoneName({ until, because }: Tombstone): string {
  return `t,${digits(until)},${because},${nonce()}`;
}

/** `undefined` when the name is not that of a tombstone. */
export function parseTombstone(name: string): Tombstone | undefined {
  const [kind, until = '', because] = name.split(',');
  if (kind !== 't' || (because !== 'destroyed' && because !== 'rotated')) {
    return undefined;
  }
  return { until: numberOf(until), because };
}

/** Unique, as a tombstone. */
export function rotationName(from: string): string {
  return `r,${from},${nonce()}`;
}

/** The id that the session is moved from; `undefined` when the name is not that of a rotation. */
export function parseRotation(name: string): string | undefined {
  const [kind, from] = name.split(',');
  return kind === 'r' ? from : undefined;
}

const STAGING = '.new,';
const DISCARDED = '.old,';

/** A folder that is being filled, beside those of the sessions. */
export function stagingName(): string {
  return `${STAGING}${nonce()}`;
}

export function isStaging(name: string): boolean {
  return name.startsWith(STAGING);
}

/** A folder that is being emptied, beside those of the sessions. */
export function discardedName(): string {
  return `${DISCARDED}${nonce()}`;
}

export function isDiscarded(name: string): boolean {
  return name.startsWith(DISCARDED);
}

/** Whether a folder of that name belongs to a session. */
export function isSession(name: string): boolean {
  return /^[\w-]{3,200}$/.test(name);
}

/** Whether the store may have made a file of that name. */
export function isOurs(name: string): boolean {
  return /^[sdtr],[\w.,-]+$/.test(name);
}

/** 96 random bits. */
export function nonce(): string {
  return randomBytes(12).toString('base64url');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 16);
}

/** Rounded up: what has a fraction of a millisecond left to live has not ended. */
function digits(number: number): string {
  return Math.ceil(number).toString(RADIX);
}

function numberOf(text: string): number {
  return parseInt(text, RADIX);
}

/** In at most so many characters of base64url. */
function encode(text: string, characters: number): string {
  // A character that was cut in two would be read differently from how it was written.
  const cut = Buffer.from(text)
    .subarray(0, Math.max(0, Math.floor((characters * 3) / 4)))
    .toString()
    .replace(/\ufffd$/, '');
  return Buffer.from(cut).toString('base64url');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}
