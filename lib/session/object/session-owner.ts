import { SessionNotLoadedError } from '../../errors/index.js';
import type { TrackedData } from '../data/tracked-data.js';
import type { UnitOfWork } from '../work/unit-of-work.js';

/** Who opened a session. */
export interface SessionOwner {
  readonly unit: UnitOfWork;
}

/** Where a session has its owner. A symbol and no private field: the object is seen through a proxy, which has none. */
export const OWNER: unique symbol = Symbol('nestjs-sessions: owner');

/** Who opened the session; `undefined` when it is none of ours. */
export function ownerOf(session: unknown): SessionOwner | undefined {
  return typeof session === 'object' && session !== null
    ? (session as { readonly [OWNER]?: SessionOwner })[OWNER]
    : undefined;
}

/** The data to be read. @throws SessionNotLoadedError */
export function readable({ unit }: SessionOwner, member: string): TrackedData {
  if (!unit.active.isLoaded && !unit.isOver) {
    throw new SessionNotLoadedError(member);
  }
  return unit.active.data;
}

/** The data to be changed; `undefined` when the session is over, and nothing changes any more. */
export function writable(owner: SessionOwner, member: string): TrackedData | undefined {
  const isAdmitted = owner.unit.admitsChange(`session.${member}()`);
  const data = readable(owner, member);
  return isAdmitted ? data : undefined;
}
