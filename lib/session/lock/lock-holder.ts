import { hostname } from 'node:os';
import type { LockHolder } from '../../interfaces/session-record.interface.js';
import { LONGEST_ROUTE, shortRoute } from '../../logging/short-route.js';

const PROCESS = processName(hostname(), process.pid);

/** What the store keeps with the lock, for the errors of those who wait for it in vain. */
export function lockHolder(route: string, since: number): LockHolder {
  return { route: shortRoute(route), process: PROCESS, since };
}

/** Whether a request of this process holds the lock. */
export function isOfThisProcess(holder: LockHolder): boolean {
  return holder.process === PROCESS;
}

/** Of a long host name the end is cut: without the process id the name would be of little use. */
function processName(host: string, pid: number): string {
  const suffix = `:${pid}`;
  return host.slice(0, LONGEST_ROUTE - suffix.length) + suffix;
}
