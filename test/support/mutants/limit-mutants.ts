import { SessionTooLargeError } from '../../../lib/errors/index.js';
import { type Mutant, mutant } from './mutant.js';
import { type Args, OpenStore } from './open-store.js';

const MONTH = 30 * 24 * 3_600_000;
const LIMIT = 1_048_000;

const LONG_LIFE = 'a session of more than 30 days lives like any other';
const LONG_TOMBSTONE = 'a tombstone and a lease may last for more than 30 days';
const FRACTIONS = 'fractions of a millisecond are no obstacle';
const STORED = 'a session that was stored can be locked, read, shrunk and destroyed, however large it is';
const CHANGED =
  'a session that was changed under its lock can be locked again, shrunk and destroyed, however large it is';

export const limitMutants: readonly Mutant[] = [
  mutant(
    'a store that takes long lifetimes for dates',
    [LONG_LIFE],
    class extends OpenStore {
      override async create({ id, record }: Args<'create'>) {
        const isDate = record.expiresAt - this.now() > MONTH;
        return super.create({ id, record: isDate ? { ...record, expiresAt: this.now() } : record });
      }
    },
  ),
  mutant(
    'tombstones that end after 30 days at once',
    [LONG_TOMBSTONE],
    class extends OpenStore {
      override async delete({ id, tombstoneUntil }: Args<'delete'>) {
        return super.delete({ id, tombstoneUntil: tombstoneUntil - this.now() > MONTH ? 0 : tombstoneUntil });
      }
    },
  ),
  mutant(
    'a store that takes whole milliseconds alone',
    [FRACTIONS],
    class extends OpenStore {
      override async create(args: Args<'create'>) {
        if (!Number.isInteger(args.record.expiresAt)) throw new Error('value is not an integer or out of range');
        return super.create(args);
      }
    },
  ),
  mutant(
    'a limit that does not count the lock',
    [STORED],
    class extends OpenStore {
      override async create(args: Args<'create'>) {
        refuseAbove(LIMIT, args.record.data);
        return super.create(args);
      }
      override async tryLock(args: Args<'tryLock'>) {
        refuseAbove(LIMIT - 500, this.findLive(args.id)?.record.data);
        return super.tryLock(args);
      }
    },
  ),
  mutant(
    'names of a holder that are written over the data',
    [STORED],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const answer = await super.tryLock(args);
        const entry = this.findLive(args.id);
        if (entry && args.holder.route.length > 1_000) {
          entry.record = { ...entry.record, data: entry.record.data.replace(/^./, '?') };
        }
        return answer;
      }
    },
  ),
  mutant(
    'a limit whose error is an outage',
    [CHANGED],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        if (args.record.data.length > LIMIT) throw new Error('value too large');
        return super.update(args);
      }
    },
  ),
  mutant(
    'a write that is too large and drops what was there',
    [CHANGED],
    class extends OpenStore {
      override async update(args: Args<'update'>) {
        if (args.record.data.length > LIMIT) this.entries.delete(args.id);
        refuseAbove(LIMIT, args.record.data);
        return super.update(args);
      }
    },
  ),
];

function refuseAbove(limit: number, data = ''): void {
  if (data.length > limit) throw new SessionTooLargeError(data.length, limit);
}
