import type { LockHolder } from '../../interfaces/session-record.interface.js';
import { LONGEST_ROUTE, shortRoute } from '../../logging/short-route.js';

/** What is kept of the holder of a lock: so much that it fits beside any session that could be stored. */
export function keptHolder({ route, process, since }: LockHolder): LockHolder {
  return { route: shortRoute(route), process: process.slice(0, LONGEST_ROUTE), since };
}
