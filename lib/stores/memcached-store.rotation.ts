import type { SessionVersion } from '../interfaces/session-record.interface.js';
import type { Entries } from './memcached-store.entries.js';
import { type Entry, entryOf, holds, tombstoneOf } from './memcached-store.entry.js';
import type { SessionStore } from './session-store.js';

/**
 * Memcached has no step for two keys, so one write decides for both. First the record is put under the new id, with the id
 * that it moves from: as long as that says nothing of it, nobody is given it. Then the old id becomes a tombstone with the
 * new record's version, if the guard still holds: from this write on, and at once, the old id is gone and the new one valid.
 *
 * Whoever crashes in between leaves the old session as it was, or the new one valid: never two, and none is revived.
 */
export async function rotate(
  entries: Entries,
  { from, to, record, guard, tombstoneUntil }: Parameters<SessionStore['rotate']>[0],
): Promise<SessionVersion | false> {
  let snapshot = entries.recall(from, guard.lock?.token);
  if (!holds(snapshot?.entry, guard)) snapshot = await entries.read(from);
  const old = snapshot?.entry;
  if (!holds(old, guard)) return false;
  const moved: Entry = {
    ...entryOf(record),
    expiresAt: Math.max(old.expiresAt, record.expiresAt),
    lock: guard.lock?.release ? undefined : old.lock,
  };
  if (!(await entries.insert(to, { ...moved, movesFrom: from }))) return false;
  const tombstone = tombstoneOf(moved.version, tombstoneUntil);
  const [hasMoved, placed] = await Promise.all([
    entries.change(
      from,
      (entry) => (holds(entry, guard) ? { next: tombstone, answer: true } : { answer: false }),
      snapshot,
    ),
    entries.peek(to),
  ]);
  if (placed !== undefined) await entries.replace(placed, hasMoved ? moved : { ...moved, expiresAt: 0 });
  return hasMoved && moved.version;
}
