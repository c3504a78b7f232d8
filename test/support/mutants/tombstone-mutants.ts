import type { EndReason } from '../../../lib/interfaces/session-record.interface.js';
import { type Mutant, mutant } from './mutant.js';
import { type Args, type OpenEntry, OpenStore } from './open-store.js';

const DELETED = 'a deleted record is gone: the tombstone says "destroyed" to readers and to callers that want the lock';
const ROTATED = 'rotate moves the record to the new id, and the tombstone under the old one says "rotated"';
const DELETED_AFTER_ROTATION = 'deleting an id that was rotated changes nothing: its tombstone still says "rotated"';
const LASTS =
  'a tombstone says why it is there until it ends, also after the time at which its session would have expired';
const REFUSED = 'a write that a tombstone refuses does not change what the tombstone says';

class RewritingStore extends OpenStore {
  /** Changes what a tombstone says, if there is one. */
  protected rewrite(id: string, because: EndReason): void {
    const entry = this.find(id);
    if (entry?.endReason) {
      entry.endReason = because;
    }
  }
}

/** Stores whose tombstones tell a wrong reason. */
export const tombstoneMutants: readonly Mutant[] = [
  mutant('a rotation whose tombstone says "destroyed"', [ROTATED], tombstonesSay('destroyed')),
  mutant('a deletion whose tombstone says "rotated"', [DELETED], tombstonesSay('rotated')),
  mutant('a reader who is told that a rotated session was destroyed', [ROTATED], readersAreTold('destroyed')),
  mutant(
    'a caller that wants the lock, and is told that a rotated session was destroyed',
    [ROTATED],
    class extends OpenStore {
      override async tryLock(args: Args<'tryLock'>) {
        const answer = await super.tryLock(args);
        return answer.status === 'gone' ? this.gone('destroyed') : answer;
      }
    },
  ),
  mutant('a reader who is told that a destroyed session was rotated', [DELETED], readersAreTold('rotated')),
  mutant(
    'a deletion that rewrites the tombstone of a rotation',
    [DELETED_AFTER_ROTATION],
    class extends RewritingStore {
      override async delete(args: Args<'delete'>) {
        this.rewrite(args.id, 'destroyed');
        return super.delete(args);
      }
    },
  ),
  mutant(
    'a reason that is forgotten when the session would have expired',
    [LASTS],
    class extends OpenStore {
      readonly #sessionsEndAt = new Map<OpenEntry, number>();
      protected override bury(entry: OpenEntry, because: EndReason, until: number) {
        this.#sessionsEndAt.set(entry, entry.record.expiresAt);
        super.bury(entry, because, until);
      }
      protected override find(id: string) {
        const entry = super.find(id);
        const endsAt = entry && this.#sessionsEndAt.get(entry);
        if (entry?.endReason && endsAt !== undefined && this.now() >= endsAt) {
          entry.endReason = 'destroyed';
        }
        return entry;
      }
    },
  ),
  mutant(
    'a tombstone that ends with its session',
    [LASTS],
    class extends OpenStore {
      protected override bury(entry: OpenEntry, because: EndReason, until: number) {
        super.bury(entry, because, Math.min(until, entry.record.expiresAt));
      }
    },
  ),
  mutant(
    'a refused write that changes the reason',
    [REFUSED],
    class extends RewritingStore {
      override async update(args: Args<'update'>) {
        this.rewrite(args.id, 'rotated');
        return super.update(args);
      }
    },
  ),
  mutant(
    'a refused creation that changes the reason',
    [REFUSED],
    class extends RewritingStore {
      override async create(args: Args<'create'>) {
        this.rewrite(args.id, 'destroyed');
        return super.create(args);
      }
    },
  ),
];

function tombstonesSay(because: EndReason): typeof OpenStore {
  return class extends OpenStore {
    protected override bury(entry: OpenEntry, _because: EndReason, until: number) {
      super.bury(entry, because, until);
    }
  };
}

function readersAreTold(because: EndReason): typeof OpenStore {
  return class extends OpenStore {
    override async load(args: Args<'load'>) {
      const answer = await super.load(args);
      return answer.status === 'gone' ? this.gone(because) : answer;
    }
  };
}
