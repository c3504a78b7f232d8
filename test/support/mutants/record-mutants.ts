import type { SessionRecord, WriteGuard } from '../../../lib/interfaces/session-record.interface.js';
import { type Mutant, mutant, nextTurn } from './mutant.js';
import { type Args, type OpenEntry, OpenStore } from './open-store.js';

export const recordMutants: readonly Mutant[] = [
  mutant(
    'an update that brings records into being',
    [
      'update brings no record into being: a slow request cannot revive a session',
      'an expired record is not updated',
      'a deleted record is not updated: a slow request cannot undo a logout',
    ],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        return this.findLive(args.id) ? super.update(args) : this.put(args.id, args.record).version;
      }
    },
  ),
  mutant(
    'expiry that nobody looks at',
    ['an expired record is missing, whether it has been removed or not', 'an expired id can be created anew'],
    class extends OpenStore {
      protected override isExpired(entry: OpenEntry) {
        return entry.endReason !== undefined && super.isExpired(entry);
      }
    },
  ),
  mutant(
    'expiry that only readers look at',
    ['an expired record is not touched back to life', 'an expired record is not updated'],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        const entry = this.entries.get(args.id);
        if (entry && !entry.endReason) this.renew(entry, args.record.expiresAt);
        return super.update(args);
      }
      override async touch(args: Args<'touch'>) {
        const entry = this.entries.get(args.id);
        if (entry && !entry.endReason) this.renew(entry, args.expiresAt);
        return super.touch(args);
      }
    },
  ),
  mutant(
    'live references',
    ['a caller that changes its record object later does not change the store'],
    class extends OpenStore {
      protected override copy(record: SessionRecord) {
        return record;
      }
    },
  ),
  mutant(
    'a guard that forgets the version',
    [
      'update with a version that is no longer current is refused: no writer overwrites what it has not read',
      'of many updates with one version at the same time, exactly one wins, and its record is kept',
      'increments without a lock, each tried until its version holds, are all counted',
      'rotate with a version that is no longer current changes nothing',
    ],
    class extends OpenStore {
      protected override permits(entry: OpenEntry, { lock }: WriteGuard) {
        return !lock || this.owns(entry, lock.token);
      }
    },
  ),
  mutant(
    'a guard that is checked before the write, not with it',
    [
      'of many updates with one version at the same time, exactly one wins, and its record is kept',
      'increments without a lock, each tried until its version holds, are all counted',
    ],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        const entry = this.findLive(args.id);
        const isPermitted = entry !== undefined && this.permits(entry, args.guard);
        await nextTurn();
        const version = this.findLive(args.id)?.version;
        if (!isPermitted || version === undefined) return false;
        return super.update({ ...args, guard: { ...args.guard, version } });
      }
    },
  ),
  mutant(
    'versions that begin anew with each record',
    ['a version from before a tombstone does not permit a write after it'],
    class extends OpenStore {
      protected override put(id: string, record: SessionRecord) {
        const entry = super.put(id, record);
        entry.version = 1;
        return entry;
      }
    },
  ),
  mutant(
    'a version that is a hash of the data',
    ['writing the same data again is a write: the version changes'],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        const before = this.findLive(args.id);
        const old = before && { data: before.record.data, version: before.version };
        const version = await super.update(args);
        if (version === false || old?.data !== args.record.data) return version;
        const entry = this.findLive(args.id);
        if (entry) entry.version = old.version;
        return old.version;
      }
    },
  ),
  mutant(
    'an update that moves expiresAt back',
    ['update never moves expiresAt back'],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        const version = await super.update(args);
        const entry = this.findLive(args.id);
        if (entry && version !== false) entry.record = { ...entry.record, expiresAt: args.record.expiresAt };
        return version;
      }
    },
  ),
  mutant(
    'a touch that brings records into being',
    ['touch brings no record into being', 'a deleted record is not touched back to life'],
    class extends OpenStore {
      override async touch(args: Args<'touch'>) {
        if (!this.findLive(args.id))
          this.put(args.id, { data: '{}', createdAt: this.now(), expiresAt: args.expiresAt });
        return super.touch(args);
      }
    },
  ),
  mutant(
    'a touch that moves expiresAt back',
    ['touch never moves expiresAt back: a slow request cannot shorten a session'],
    class extends OpenStore {
      override async touch({ id, expiresAt }: Args<'touch'>) {
        const entry = this.findLive(id);
        if (entry) entry.record = { ...entry.record, expiresAt };
        return entry !== undefined;
      }
    },
  ),
  mutant(
    'a touch that is a write',
    ['touch moves expiresAt forward and changes nothing else, the version included', 'touch disturbs no lock'],
    class extends OpenStore {
      override async touch(args: Args<'touch'>) {
        const entry = this.findLive(args.id);
        if (entry) entry.version = ++this.lastVersion;
        return super.touch(args);
      }
    },
  ),
  mutant(
    'a touch that writes back what it read',
    ['touches that race an update cost it nothing'],
    class extends OpenStore {
      override async touch(args: Args<'touch'>) {
        const before = this.findLive(args.id)?.record;
        await nextTurn();
        const entry = this.findLive(args.id);
        if (entry && before) entry.record = { ...before, expiresAt: entry.record.expiresAt };
        return super.touch(args);
      }
    },
  ),
  mutant(
    'text that is not kept as it is',
    ['data come back exactly as they were written'],
    class extends OpenStore {
      protected override copy(record: SessionRecord) {
        return { ...record, data: record.data.normalize('NFC').trim() };
      }
    },
  ),
  mutant(
    'a limit of 64 KiB',
    ['a record of nearly a mebibyte comes back whole'],
    class extends OpenStore {
      protected override copy(record: SessionRecord) {
        return { ...record, data: record.data.slice(0, 65_535) };
      }
    },
  ),
  mutant(
    'an outage that looks like a miss',
    ['a store that cannot answer rejects: an outage is never taken for a missing session'],
    class extends OpenStore {
      override async load(args: Args<'load'>) {
        return this.isDown ? { status: 'missing' as const } : super.load(args);
      }
    },
  ),
];
