import { type Mutant, mutant, nextTurn } from './mutant.js';
import { type Args, OpenStore } from './open-store.js';

const FOREVER = Number.MAX_SAFE_INTEGER;
const DELETED = 'a deleted record is gone: the tombstone says "destroyed" to readers and to callers that want the lock';
const ROTATED = 'rotate moves the record to the new id, and the tombstone under the old one says "rotated"';

export const lifeMutants: readonly Mutant[] = [
  mutant(
    'a create that overwrites',
    ['create fails when a record is there, and leaves it as it is: two visitors never share an id'],
    class extends OpenStore {
      override async create(args: Args<'create'>) {
        return this.find(args.id)?.endReason ? false : this.put(args.id, args.record).version;
      }
    },
  ),
  mutant(
    'a create that looks first and writes then',
    ['of many creations of one id at the same time, exactly one wins, and its record is kept'],
    class extends OpenStore {
      override async create(args: Args<'create'>) {
        if (this.find(args.id)) return false;
        await nextTurn();
        return this.put(args.id, args.record).version;
      }
    },
  ),
  mutant(
    'a create over a tombstone',
    ['nothing is created over a tombstone: a destroyed id is not used again'],
    class extends OpenStore {
      override async create(args: Args<'create'>) {
        return this.findLive(args.id) ? false : this.put(args.id, args.record).version;
      }
    },
  ),
  mutant(
    'a delete without a tombstone',
    [DELETED],
    class extends OpenStore {
      override async delete({ id }: Args<'delete'>) {
        return super.delete({ id, tombstoneUntil: 0 });
      }
    },
  ),
  mutant(
    'a delete that always leaves a tombstone',
    [
      'deleting a missing id is no error, and leaves no tombstone',
      'an expired record is not deleted: there is nothing, and no tombstone is left',
    ],
    class extends OpenStore {
      override async delete({ id, tombstoneUntil }: Args<'delete'>) {
        const isThere = this.findLive(id) !== undefined;
        if (!this.find(id)?.endReason)
          this.bury(this.put(id, { data: '', createdAt: 0, expiresAt: 0 }), 'destroyed', tombstoneUntil);
        return isThere;
      }
    },
  ),
  mutant(
    'a delete that respects locks',
    ['delete needs no lock: the holder finds its session gone, and can neither write, renew nor unlock'],
    class extends OpenStore {
      override async delete(args: Args<'delete'>) {
        const entry = this.findLive(args.id);
        return entry && this.isLocked(entry) ? false : super.delete(args);
      }
    },
  ),
  mutant(
    'a delete that looks first and deletes then',
    ['of many deletions at the same time, exactly one wins'],
    class extends OpenStore {
      override async delete(args: Args<'delete'>) {
        const isThere = this.findLive(args.id) !== undefined;
        await nextTurn();
        await super.delete(args);
        return isThere;
      }
    },
  ),
  mutant(
    'a tombstone that stays',
    ['a tombstone disappears when it ends', 'the tombstone of a rotated id disappears when it ends'],
    class extends OpenStore {
      override async delete({ id }: Args<'delete'>) {
        return super.delete({ id, tombstoneUntil: FOREVER });
      }
      override async rotate(args: Args<'rotate'>) {
        return super.rotate({ ...args, tombstoneUntil: FOREVER });
      }
    },
  ),
  mutant(
    'a tombstone that a touch keeps alive',
    ['a deleted record is not touched back to life'],
    class extends OpenStore {
      override async touch({ id, expiresAt }: Args<'touch'>) {
        const entry = this.find(id);
        if (entry) this.renew(entry, expiresAt);
        return entry !== undefined;
      }
    },
  ),
  mutant(
    'a rotation that leaves the old record',
    [ROTATED],
    class extends OpenStore {
      override async rotate({ from, to, record, guard }: Args<'rotate'>) {
        const entry = this.findLive(from);
        return entry && this.permits(entry, guard) && !this.find(to) ? this.put(to, record).version : false;
      }
    },
  ),
  mutant(
    'a rotation in two steps, the new record first',
    ['while an id is rotated, a reader never finds the session under both ids, nor under none'],
    class extends OpenStore {
      override async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>) {
        const entry = this.findLive(from);
        if (!entry || !this.permits(entry, guard) || this.find(to)) return false;
        const { version } = this.put(to, record);
        await nextTurn();
        this.bury(entry, 'rotated', tombstoneUntil);
        return version;
      }
    },
  ),
  mutant(
    'a rotation in two steps, the old record first',
    ['while an id is rotated, a reader never finds the session under both ids, nor under none'],
    class extends OpenStore {
      override async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>) {
        const entry = this.findLive(from);
        if (!entry || !this.permits(entry, guard) || this.find(to)) return false;
        this.bury(entry, 'rotated', tombstoneUntil);
        await nextTurn();
        return this.put(to, record).version;
      }
    },
  ),
  mutant(
    'a rotation that overwrites what is under the new id',
    ['rotate to an id that is in use changes nothing: neither session is lost'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        if (this.findLive(args.to)) this.entries.delete(args.to);
        return super.rotate(args);
      }
    },
  ),
  mutant(
    'a rotation that takes every lock along',
    ['rotate without the lock does not move the lock of another: its holder does not know the new id'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        const lock = this.findLive(args.from)?.lock;
        const version = await super.rotate(args);
        const rotated = this.findLive(args.to);
        if (rotated && version !== false && !args.guard.lock) rotated.lock = lock;
        return version;
      }
    },
  ),
  mutant(
    'a rotation over a tombstone',
    ['rotate to an id that is gone changes nothing'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        if (this.find(args.to)?.endReason) this.entries.delete(args.to);
        return super.rotate(args);
      }
    },
  ),
  mutant(
    'a rotation that buries the old record although the new id is in use',
    ['rotate to an id that is in use changes nothing: neither session is lost'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        const version = await super.rotate(args);
        if (this.findLive(args.to)) await this.delete({ id: args.from, tombstoneUntil: args.tombstoneUntil });
        return version;
      }
    },
  ),
  mutant(
    'a rotation that loses the lock',
    ['rotate moves the lock to the new id'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        const version = await super.rotate(args);
        const entry = this.findLive(args.to);
        if (entry && version !== false) entry.lock = undefined;
        return version;
      }
    },
  ),
  mutant(
    'a rotation that brings records into being',
    ['rotate brings no record into being where there was none', 'a deleted record is not rotated'],
    class extends OpenStore {
      override async rotate(args: Args<'rotate'>) {
        return this.findLive(args.from) ? super.rotate(args) : this.put(args.to, args.record).version;
      }
    },
  ),
];
