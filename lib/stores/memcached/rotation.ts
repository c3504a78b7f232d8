import { randomUUID } from 'node:crypto';
import type { SessionVersion } from '../../interfaces/session-record.interface.js';
import { movesLock, permits, successorOf, tombstoneOf } from '../shared/entry.js';
import type { Args } from '../shared/store-methods.js';
import type { CasEntries } from './cas-entries.js';
import type { Snapshot } from './snapshot.js';

/**
 * Memcached cannot change two keys in one step, so one write decides for both. First the record is written under the new id,
 * with the id that it moves from: no reader is given it while the old id has no tombstone of the same version. Then, if the
 * guard still holds, that tombstone is written. With this one write the old id is gone and the new one is valid.
 *
 * A process that crashes in between leaves either the old session as it was or the new one valid, and never both.
 */
export async function rotate(
  entries: CasEntries,
  { from, to, record, guard, tombstoneUntil }: Args<'rotate'>,
): Promise<SessionVersion | false> {
  const version = randomUUID();
  const tombstone = tombstoneOf('rotated', tombstoneUntil, version);
  let placed: Snapshot | undefined;
  let old = entries.recall(from, guard.lock?.token);
  if (!permits(old?.entry, guard)) {
    old = await entries.read(from);
  }
  while (old !== undefined && permits(old.entry, guard)) {
    const moved = { ...successorOf(old.entry, record), version, lock: movesLock(guard) ? old.entry.lock : undefined };
    const claim = { ...moved, movesFrom: from };
    if (!(await (placed ? entries.replace(placed, claim) : entries.insert(to, claim)))) {
      return false;
    }
    const [hasMoved, current] = await Promise.all([entries.replace(old, tombstone), entries.peek(to)]);
    // After the move other requests may already have written under the new id.
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
