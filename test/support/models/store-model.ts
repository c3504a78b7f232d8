import type {
  Acquired,
  Found,
  Gone,
  Held,
  Missing,
  SessionVersion,
  WriteGuard,
} from '../../../lib/interfaces/session-record.interface.js';
import type { ManualClock } from '../../../lib/testing/manual-clock.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';

/*
 * Operations on two ids, and what can be seen of them: the same on any store, so that one store can be held against
 * another.
 */

export const NOW = Date.UTC(2030, 0, 1);
export const FROM = 'aa'.padEnd(43, '-');
export const TO = 'bb'.padEnd(43, '-');
const HOLDER = { route: 'GET /', process: 'host:1', since: NOW };
const TOKEN = 'the token of the holder';
const MINUTE = 60_000;

/** The state that the operations begin with, and what their callers know of it. */
export type Situation = 'live' | 'locked' | 'lapsed' | 'expired' | 'gone' | 'missing';

export const SITUATIONS: readonly Situation[] = ['live', 'locked', 'lapsed', 'expired', 'gone', 'missing'];

/** Brings the situation about, so that it holds at `NOW`, and tells the version that was read before. */
export async function arrange(store: SessionStore, situation: Situation, clock: ManualClock): Promise<SessionVersion> {
  clock.set(NOW - MINUTE);
  const expiresAt = situation === 'expired' ? NOW : NOW + 10 * MINUTE;
  const record = { data: 'old', createdAt: NOW - MINUTE, expiresAt };
  const version = situation === 'missing' ? 'none' : await store.create({ id: FROM, record });
  if (situation === 'locked' || situation === 'lapsed') {
    const lease = situation === 'locked' ? 10 * MINUTE : MINUTE;
    await store.tryLock({ id: FROM, token: TOKEN, lease, holder: HOLDER });
  }
  if (situation === 'gone') await store.delete({ id: FROM, tombstoneUntil: NOW + MINUTE });
  clock.advance(MINUTE);
  return version === false ? 'none' : version;
}

type Answer = Acquired | Found | Gone | Held | Missing;

export interface Operation {
  readonly name: string;
  readonly run: (store: SessionStore, version: SessionVersion) => Promise<unknown>;
}

const record = (data: string): { data: string; createdAt: number; expiresAt: number } => ({
  data,
  createdAt: NOW - MINUTE,
  expiresAt: NOW + 20 * MINUTE,
});
const guarded = (version: SessionVersion, release?: boolean): WriteGuard => ({
  version,
  ...(release !== undefined && { lock: { token: TOKEN, release } }),
});
const rotation = (data: string, guard: WriteGuard): Parameters<SessionStore['rotate']>[0] => ({
  from: FROM,
  to: TO,
  record: record(data),
  guard,
  tombstoneUntil: NOW + MINUTE,
});
const isWritten = (version: SessionVersion | false): boolean => version !== false;
const seen = (answer: Answer): string => {
  const detail = answer.status === 'gone' ? answer.because : 'record' in answer ? answer.record.data : '';
  return `${answer.status} ${detail}`;
};

export const OPERATIONS: readonly Operation[] = [
  { name: 'load', run: async (store) => seen(await store.load({ id: FROM })) },
  { name: 'create', run: async (store) => isWritten(await store.create({ id: FROM, record: record('created') })) },
  {
    name: 'create the other',
    run: async (store) => isWritten(await store.create({ id: TO, record: record('other') })),
  },
  {
    name: 'update',
    run: async (store, version) =>
      isWritten(await store.update({ id: FROM, record: record('updated'), guard: guarded(version) })),
  },
  {
    name: 'update under the lock',
    run: async (store, version) =>
      isWritten(await store.update({ id: FROM, record: record('locked'), guard: guarded(version, false) })),
  },
  {
    name: 'update and unlock',
    run: async (store, version) =>
      isWritten(await store.update({ id: FROM, record: record('released'), guard: guarded(version, true) })),
  },
  { name: 'touch', run: (store) => store.touch({ id: FROM, expiresAt: NOW + 15 * MINUTE }) },
  { name: 'delete', run: (store) => store.delete({ id: FROM, tombstoneUntil: NOW + MINUTE }) },
  { name: 'delete the other', run: (store) => store.delete({ id: TO, tombstoneUntil: NOW + MINUTE }) },
  {
    name: 'rotate',
    run: async (store, version) => isWritten(await store.rotate(rotation('rotated', guarded(version)))),
  },
  {
    name: 'rotate under the lock',
    run: async (store, version) => isWritten(await store.rotate(rotation('rotated locked', guarded(version, false)))),
  },
  {
    name: 'rotate and unlock',
    run: async (store, version) => isWritten(await store.rotate(rotation('rotated free', guarded(version, true)))),
  },
  {
    name: 'tryLock',
    run: async (store) =>
      seen(await store.tryLock({ id: FROM, token: 'another token', lease: 5 * MINUTE, holder: HOLDER })),
  },
  { name: 'renewLock', run: (store) => store.renewLock({ id: FROM, token: TOKEN, lease: 8 * MINUTE }) },
  { name: 'unlock', run: (store) => store.unlock({ id: FROM, token: TOKEN, expiresAt: NOW + 16 * MINUTE }) },
];

/** All that can be told apart from outside. It takes free locks, so it comes last. */
export async function observe(store: SessionStore): Promise<unknown> {
  const seenOf = async (id: string): Promise<unknown> => {
    const answer = await store.load({ id });
    const lock = await store.tryLock({ id, token: 'observer', lease: 1, holder: HOLDER });
    const isTheirs = await Promise.all([TOKEN, 'another token'].map((token) => store.unlock({ id, token })));
    return { ...answer, version: undefined, lock: seen(lock), isTheirs };
  };
  return [await seenOf(FROM), await seenOf(TO)];
}
