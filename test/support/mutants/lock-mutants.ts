import type { SessionRecord, WriteGuard } from '../../../lib/interfaces/session-record.interface.js';
import { type Mutant, mutant, nextTurn } from './mutant.js';
import { type Args, type OpenEntry, OpenStore } from './open-store.js';

export const lockMutants: readonly Mutant[] = [
  mutant(
    'an unlock that does not compare the token',
    [
      'unlock with another token changes nothing: a late release does not free the lock of another',
      'after its end a lease can be taken over, and its former holder can no longer write, renew or unlock',
    ],
    class extends OpenStore {
      override async unlock(args: Args<'unlock'>) {
        return super.unlock({ ...args, token: this.entries.get(args.id)?.lock?.token ?? args.token });
      }
    },
  ),
  mutant(
    'an unlock that touches what it does not unlock',
    ['unlock with another token changes nothing: a late release does not free the lock of another'],
    class extends OpenStore {
      override async unlock(args: Args<'unlock'>) {
        const entry = this.findLive(args.id);
        if (entry && args.expiresAt !== undefined) this.renew(entry, args.expiresAt);
        return super.unlock(args);
      }
    },
  ),
  mutant(
    'an unlock that forgets to touch',
    ['unlock touches the record in the same step'],
    class extends OpenStore {
      override async unlock({ id, token }: Args<'unlock'>) {
        return super.unlock({ id, token });
      }
    },
  ),
  mutant(
    'a renewal that does not compare the token',
    ['only the token that has the lock renews it'],
    class extends OpenStore {
      override async renewLock(args: Args<'renewLock'>) {
        return super.renewLock({ ...args, token: this.entries.get(args.id)?.lock?.token ?? args.token });
      }
    },
  ),
  mutant(
    'a renewal that renews nothing',
    ['a lease that is renewed does not end'],
    class extends OpenStore {
      override async renewLock(args: Args<'renewLock'>) {
        return this.entries.get(args.id)?.lock?.token === args.token;
      }
    },
  ),
  mutant(
    'a renewal that lasts for ever',
    ['a lease that is renewed ends when its new time is over'],
    class extends OpenStore {
      override async renewLock(args: Args<'renewLock'>) {
        return super.renewLock({ ...args, lease: args.lease * 1_000 });
      }
    },
  ),
  mutant(
    'a lease in seconds in place of milliseconds',
    ['a lock is held until its lease ends'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        return super.tryLock({ ...args, lease: args.lease / 1_000 });
      }
    },
  ),
  mutant(
    'a renewal that takes a free lock',
    ['a lock that has been released is not renewed'],
    class extends OpenStore {
      override async renewLock(args: Args<'renewLock'>) {
        const { id, token, lease } = args;
        const entry = this.findLive(id);
        if (entry && !entry.lock) {
          entry.lock = { token, endsAt: this.now() + lease, holder: { route: '', process: '', since: 0 } };
        }
        return super.renewLock(args);
      }
    },
  ),
  mutant(
    'a guard that forgets the version under a lock',
    ['a write without a lock goes through beside one, and the holder’s next write with its old version is refused'],
    class extends OpenStore {
      protected override permits(entry: OpenEntry, guard: WriteGuard) {
        return guard.lock ? this.owns(entry, guard.lock.token) : super.permits(entry, guard);
      }
    },
  ),
  mutant(
    'a guard that forgets the token',
    [
      'a write under another’s lock is refused, and that lock stays',
      'a write under a lock that has been released is refused',
      'after its end a lease can be taken over, and its former holder can no longer write, renew or unlock',
      'rotate under another’s lock changes nothing',
    ],
    class extends OpenStore {
      protected override permits(entry: OpenEntry, { version }: WriteGuard) {
        return entry.version === version;
      }
    },
  ),
  mutant(
    'an update that forgets to release',
    ['a write can release the lock in the same step'],
    class extends OpenStore {
      override async update({ guard, ...args }: Args<'update'>) {
        const { version, lock } = guard;
        return super.update({ ...args, guard: { version, ...(lock && { lock: { ...lock, release: false } }) } });
      }
    },
  ),
  mutant(
    'a lock that is looked at first and taken then',
    ['of many attempts to lock at the same time, exactly one wins'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const entry = this.findLive(args.id);
        const isFree = entry !== undefined && !this.isLocked(entry);
        await nextTurn();
        if (isFree) entry.lock = undefined;
        return super.tryLock(args);
      }
    },
  ),
  mutant(
    'a lock that is given to all who take over a lease at the same time',
    ['of many attempts to take over a lease that has ended, exactly one wins'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const entry = this.findLive(args.id);
        const hasRunOut = entry?.lock !== undefined && !this.isLocked(entry);
        await nextTurn();
        if (hasRunOut) entry.lock = undefined;
        return super.tryLock(args);
      }
    },
  ),
  mutant(
    'a lock that is given to everybody',
    ['a lock that is held is not acquired by another token'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const entry = this.findLive(args.id);
        if (entry) entry.lock = undefined;
        return super.tryLock(args);
      }
    },
  ),
  mutant(
    'a lock that never runs out',
    [
      'after its end a lease can be taken over, and its former holder can no longer write, renew or unlock',
      'a lease that rotate has moved still ends',
    ],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        return super.tryLock({ ...args, lease: Number.MAX_SAFE_INTEGER });
      }
    },
  ),
  mutant(
    'a lock that its own token does not open',
    ['the token that has the lock acquires it again: an earlier answer may have been lost'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const entry = this.findLive(args.id);
        if (entry && this.isLocked(entry)) return { status: 'held' as const };
        return super.tryLock(args);
      }
    },
  ),
  mutant(
    'a lock that comes with the record from before the lock',
    ['the lock comes with the record as it is under the lock'],
    class extends OpenStore {
      readonly #created = new Map<string, SessionRecord>();
      override async create(args: Args<'create'>) {
        this.#created.set(args.id, args.record);
        return super.create(args);
      }
      override async tryLock(args: Args<'tryLock'>) {
        const answer = await super.tryLock(args);
        return answer.status === 'acquired'
          ? { ...answer, record: this.#created.get(args.id) ?? answer.record }
          : answer;
      }
    },
  ),
  mutant(
    'a lock on ids that are missing',
    ['an id that is missing is not locked, and the attempt leaves nothing behind'],
    class extends OpenStore {
      readonly #locked = new Map<string, Args<'tryLock'>>();
      override async tryLock(args: Args<'tryLock'>) {
        if (!this.find(args.id)) this.#locked.set(args.id, args);
        return super.tryLock(args);
      }
      override async create(args: Args<'create'>) {
        const version = await super.create(args);
        const early = this.#locked.get(args.id);
        if (early) await super.tryLock(early);
        return version;
      }
    },
  ),
  mutant(
    'a lock that outlives its session',
    ['a session that is created over an expired, locked one is free: nobody holds the lock of another’s session'],
    class extends OpenStore {
      protected override put(id: string, record: SessionRecord) {
        const lock = this.entries.get(id)?.lock;
        const entry = super.put(id, record);
        entry.lock = lock;
        return entry;
      }
    },
  ),
  mutant(
    'a lock that keeps those out who write without one',
    ['a write without a lock goes through beside one, and the holder’s next write with its old version is refused'],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        const entry = this.findLive(args.id);
        if (entry && this.isLocked(entry) && !args.guard.lock) return false;
        return super.update(args);
      }
    },
  ),
  mutant(
    'a holder that is not the one who holds',
    ['the answer "held" names the holder, where the store knows it'],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const answer = await super.tryLock(args);
        return answer.status === 'held' ? { ...answer, holder: args.holder } : answer;
      }
    },
  ),
];
