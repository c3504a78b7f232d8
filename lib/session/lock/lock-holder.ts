import { hostname } from 'node:os';
import type { LockHolder } from '../../interfaces/session-record.interface.js';

const MAX_ROUTE_LENGTH = 64;
const PROCESS = `${hostname()}:${process.pid}`;

/** What the store keeps with the lock, for the errors of those who wait for it in vain. */
export function lockHolder(route: string, since: number): LockHolder {
  return { route: shortRoute(route), process: PROCESS, since };
}

/** Clients choose their URLs: a long one must not fill the store and the log, and a query may hold a secret. */
export function shortRoute(route: string): string {
  const query = route.indexOf('?');
  return route.slice(0, query < 0 ? MAX_ROUTE_LENGTH : Math.min(query, MAX_ROUTE_LENGTH));
}
