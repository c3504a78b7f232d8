import { createHash } from 'node:crypto';
import { type Field, FIELDS, FREE, HEADER_LENGTH, KIND, LOCK, NO_LEASE } from './layout.js';

/** A Lua script, which the server runs as one step. */
export interface Script {
  readonly source: string;
  /** The name under which the server keeps it. */
  readonly sha: string;
}

/*
 * Scripts compare bytes and copy them; they never decode data. A missing key has an empty header, which is of no kind. The time
 * is the server's, which is one for all processes. A key that has expired is missing, because Redis expires keys by the
 * millisecond.
 */

const KIND_AND_VERSION: Field = { at: 0, length: FIELDS.kind.length + FIELDS.version.length };
/** When it was created, and when it expires. */
const LIFE: Field = { at: FIELDS.createdAt.at, length: FIELDS.createdAt.length + FIELDS.expiresAt.length };

const HEAD = `local head = redis.call('GETRANGE', KEYS[1], 0, ${HEADER_LENGTH - 1})`;

const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Writes what needs no more memory than is there. A server that is out of memory (`noeviction`) refuses `SETRANGE` and `SET` all
 * the same, but not after another write of the same script: without this nobody could unlock, shrink or destroy a session.
 */
const WRITE = `local function write(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    redis.call('PEXPIREAT', KEYS[1], tonumber(${of('head', FIELDS.expiresAt)}))
    redis.call(...)
  end
end`;

/** A lease that has ended is still its holder's until another token takes it over. */
const HAS_LOCK = (token: string): string =>
  `${of('head', FIELDS.token)} == ${token} and ${of('head', FIELDS.leaseEndsAt)} ~= '${NO_LEASE}'`;

/** `ARGV[1]` is the version that was read, `ARGV[2]` the token, or nothing without a lock. */
const GUARD = (answer: string): string => `if ${of('head', FIELDS.version)} ~= ARGV[1] then return ${answer} end
if ARGV[2] ~= '' and not (${HAS_LOCK('ARGV[2]')}) then return ${answer} end`;

const UNLESS_LIVE = (answer: string): string =>
  `if ${of('head', FIELDS.kind)} ~= '${KIND.live}' then return ${answer} end`;

/** The first attempt of a command that was sent twice has done it. */
const IF_DONE = (kind: string, version: string): string =>
  `if ${of('head', KIND_AND_VERSION)} == '${kind}' .. ${version} then return '1' end`;

/** The header without the data; its own expiry is that of the key. */
const TOMBSTONE = (kind: string, version: string, until: string): string =>
  `write('SET', KEYS[1], '${kind}' .. ${version} .. ${of('head', LIFE)} .. '${FREE}', 'PXAT', tonumber(${until}))`;

/** Writes the value in `ARGV[4]`, which expires at `ARGV[5]`, or later if that is what was said before. */
const PLACE = (key: string, write: string): string => `local expires = ${of('head', FIELDS.expiresAt)}
if expires > ARGV[5] then
  ${write}('SET', ${key}, ARGV[4], 'PXAT', tonumber(expires))
  redis.call('SETRANGE', ${key}, ${FIELDS.expiresAt.at}, expires)
else
  ${write}('SET', ${key}, ARGV[4], 'PXAT', tonumber(ARGV[5]))
end`;

/** No write moves an expiry back. */
const MOVE_EXPIRY = (to: string): string => `if ${to} > ${of('head', FIELDS.expiresAt)} then
  redis.call('PEXPIREAT', KEYS[1], tonumber(${to}))
  redis.call('SETRANGE', KEYS[1], ${FIELDS.expiresAt.at}, ${to})
end`;

const COPY_LOCK = (key: string): string => `redis.call('SETRANGE', ${key}, ${LOCK.at}, ${of('head', LOCK)})`;

/** `ARGV`: token, lease, holder. Answers the value as it was, which the caller decodes. */
export const TRY_LOCK = script(`
local value = redis.call('GET', KEYS[1])
if not value then return { 'absent' } end
local head = string.sub(value, 1, ${HEADER_LENGTH})
${UNLESS_LIVE("{ 'absent', value }")}
${NOW}
if ${of('head', FIELDS.token)} ~= ARGV[1] and now < (tonumber(${of('head', FIELDS.leaseEndsAt)}) or 0) then
  return { 'held', ${of('head', FIELDS.holder)} }
end
${WRITE}
write('SETRANGE', KEYS[1], ${LOCK.at}, ARGV[1] .. string.format('%016.0f', now + ARGV[2]) .. ARGV[3])
return { 'acquired', value }`);

/** `ARGV`: version, token, '1' to release the lock, value, its expiry, its version. A value that is no longer always fits. */
export const UPDATE = script(`
${HEAD}
${UNLESS_LIVE("'0'")}
${IF_DONE(KIND.live, 'ARGV[6]')}
${GUARD("'0'")}
${WRITE}
local place = write
if #ARGV[4] > redis.call('STRLEN', KEYS[1]) then place = redis.call end
${PLACE('KEYS[1]', 'place')}
if ARGV[3] ~= '1' and ${of('head', FIELDS.leaseEndsAt)} ~= '${NO_LEASE}' then
  ${COPY_LOCK('KEYS[1]')}
end
return '1'`);

/** `ARGV`: expiry. */
export const TOUCH = script(`
${HEAD}
${UNLESS_LIVE("'0'")}
${MOVE_EXPIRY('ARGV[1]')}
return '1'`);

/** `ARGV`: version of the tombstone, its end. */
export const DELETE = script(`
${HEAD}
${IF_DONE(KIND.destroyed, 'ARGV[1]')}
${UNLESS_LIVE("'0'")}
${WRITE}
${TOMBSTONE(KIND.destroyed, 'ARGV[1]', 'ARGV[2]')}
return '1'`);

/** `ARGV`: token, lease. */
export const RENEW_LOCK = script(`
${HEAD}
${UNLESS_LIVE("'0'")}
if not (${HAS_LOCK('ARGV[1]')}) then return '0' end
${NOW}
${WRITE}
write('SETRANGE', KEYS[1], ${FIELDS.leaseEndsAt.at}, string.format('%016.0f', now + ARGV[2]))
return '1'`);

/** `ARGV`: token, the free lock, expiry or nothing. The free lock has a random token, by which a second attempt knows the first. */
export const UNLOCK = script(`
${HEAD}
${UNLESS_LIVE("'0'")}
if ${of('head', LOCK)} == ARGV[2] then return '1' end
if not (${HAS_LOCK('ARGV[1]')}) then return '0' end
${WRITE}
write('SETRANGE', KEYS[1], ${LOCK.at}, ARGV[2])
${MOVE_EXPIRY('ARGV[3]')}
return '1'`);

/**
 * `KEYS`: old, new. `ARGV`: version, token, '1' to release the lock, value, its expiry, its version, end of the tombstone. Only
 * the caller's own lock moves: another holder does not know the new id, and could not release it.
 */
export const ROTATE = script(`
${HEAD}
${IF_DONE(KIND.rotated, 'ARGV[6]')}
${UNLESS_LIVE("'0'")}
${GUARD("'0'")}
if redis.call('EXISTS', KEYS[2]) == 1 then return '0' end
${PLACE('KEYS[2]', 'redis.call')}
if ARGV[2] ~= '' and ARGV[3] ~= '1' then
  ${COPY_LOCK('KEYS[2]')}
end
${WRITE}
${TOMBSTONE(KIND.rotated, 'ARGV[6]', 'ARGV[7]')}
return '1'`);

/**
 * The old key, where old and new key are on different nodes. `ARGV`: version, token, '1' to release the lock, version and end of
 * the tombstone. Answers the header of the tombstone, which has what goes on under the new id; nothing when it is refused.
 */
export const BURY = script(`
${HEAD}
if ${of('head', KIND_AND_VERSION)} == '${KIND.rotated}' .. ARGV[4] then return head end
${UNLESS_LIVE("''")}
${GUARD("''")}
local lock = ${of('head', LOCK)}
if ARGV[2] == '' or ARGV[3] == '1' then lock = '${FREE}' end
local tombstone = '${KIND.rotated}' .. ARGV[4] .. ${of('head', LIFE)} .. lock
${WRITE}
write('SET', KEYS[1], tombstone, 'PXAT', tonumber(ARGV[5]))
return tombstone`);

/** The new key, when the old one is buried. `ARGV`: version, expiry, lock. Answers '1' also when that was done before. */
export const SETTLE = script(`
${HEAD}
if ${of('head', FIELDS.version)} ~= ARGV[1] then return '0' end
if ${of('head', FIELDS.kind)} == '${KIND.claim}' then
  ${WRITE}
  write('SETRANGE', KEYS[1], ${LOCK.at}, ARGV[3])
  write('SETRANGE', KEYS[1], 0, '${KIND.live}')
  ${MOVE_EXPIRY('ARGV[2]')}
end
return '1'`);

/** The new key, when the old one was not buried. `ARGV`: version. */
export const DISCARD = script(`
${HEAD}
if ${of('head', KIND_AND_VERSION)} == '${KIND.claim}' .. ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return '1'`);

/** The bytes of a field in Lua, which counts from one. */
function of(header: string, { at, length }: Field): string {
  return `string.sub(${header}, ${at + 1}, ${at + length})`;
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
