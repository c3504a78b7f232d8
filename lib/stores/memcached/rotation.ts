import { randomUUID } from 'node:crypto';
import type { SessionVersion } from '../../interfaces/session-record.interface.js';
import type { CasEntries } from './cas-entries.js';
import { holds, type Snapshot, successorOf, tombstoneOf } from './entry.js';
import type { SessionStore } from '../session-store.js';

/**
 * Memcached has no step for two keys, so one write decides for both. First the record is put under the new id, with the id
 * that it moves from: as long as that says nothing of it, nobody is given it. Then the old id becomes a tombstone with the
 * new record's version, if the guard still holds: from this write on, and at once, the old id is gone and the new one valid.
 *
 * Whoever crashes in between leaves the old session as it was, or the new one valid: never two, and none is revived.
 */
export async function rotate(
  entries: CasEntries,
  { from, to, record, guard, tombstoneUntil }: Parameters<SessionStore['rotate']>[0],
): Promise<SessionVersion | false> {
  // Only the lock of the one who rotates goes along: another holder does not know the new id, and could not free it.
  const takesLock = guard.lock?.release === false;
  const version = randomUUID();
  const tombstone = tombstoneOf('rotated', tombstoneUntil, version);
  let placed: Snapshot | undefined;
  let old = entries.recall(from, guard.lock?.token);
  if (!holds(old?.entry, guard)) {
    old = await entries.read(from);
  }
  while (old !== undefined && holds(old.entry, guard)) {
    const moved = { ...successorOf(old.entry, record), version, lock: takesLock ? old.entry.lock : undefined };
    const claim = { ...moved, movesFrom: from };
    if (!(await (placed ? entries.replace(placed, claim) : entries.insert(to, claim)))) {
      return false;
    }
    const [hasMoved, current] = await Promise.all([entries.replace(old, tombstone), entries.peek(to)]);
    // Once it has moved, others may have written there already.
    placed = current?.entry.movesFrom === undefined ? undefined : current;
    if (hasMoved) {
      if (placed) {
        await entries.replace(placed, moved);
      }
      return version;
    }
    old = await entries.readAgain(old);
  }
  if (placed) {
    await entries.replace(placed, { ...placed.entry, expiresAt: 0 });
  }
  return false;
}
