import type { SweepBatch } from '../../../lib/interfaces/store-abilities.interface.js';
import { type Mutant, mutant, nextTurn } from './mutant.js';
import { OpenStore } from './open-store.js';

export const abilityMutants: readonly Mutant[] = [
  mutant(
    'a count of everything',
    ['count, where the store can count, leaves out tombstones and expired records'],
    class extends OpenStore {
      override async count() {
        return this.entries.size;
      }
    },
  ),
  mutant(
    'many loads of what is there alone',
    ['loadMany, where the store can load many, answers for each id, in their order, what load answers'],
    class extends OpenStore {
      override async loadMany(args: { ids: readonly string[] }) {
        return (await super.loadMany(args)).filter(({ status }) => status !== 'missing');
      }
    },
  ),
  mutant(
    'many loads in the order of the store',
    ['loadMany, where the store can load many, answers for each id, in their order, what load answers'],
    class extends OpenStore {
      override async loadMany({ ids }: { ids: readonly string[] }) {
        return super.loadMany({ ids: ids.toSorted() });
      }
    },
  ),
  mutant(
    'a sweep that takes locked sessions',
    ['sweep leaves a locked session alone, expired or not, until its lock is free'],
    class extends OpenStore {
      protected override isLocked() {
        return false;
      }
    },
  ),
  mutant(
    'a sweep that removes later what it found expired',
    ['sweep never removes a record that was created over an expired one meanwhile'],
    class extends OpenStore {
      override async *sweep(): AsyncGenerator<SweepBatch> {
        const expired = [...this.entries].filter(([, entry]) => this.isExpired(entry) && !this.isLocked(entry));
        await nextTurn();
        for (const [id] of expired) this.entries.delete(id);
        yield { removed: expired.length };
      }
    },
  ),
  mutant(
    'a sweep that takes what is about to expire',
    ['sweep never removes a session that was renewed at the last moment'],
    class extends OpenStore {
      override async *sweep(): AsyncGenerator<SweepBatch> {
        const soon = this.now() + 100;
        const old = [...this.entries].filter(([, { record }]) => record.expiresAt <= soon);
        for (const [id] of old) this.entries.delete(id);
        yield { removed: old.length };
      }
    },
  ),
  mutant(
    'a sweep that judges by what it read before',
    ['sweep never removes a session that was renewed at the last moment'],
    class extends OpenStore {
      override async *sweep(): AsyncGenerator<SweepBatch> {
        const read = [...this.entries].map(([id, { record }]) => ({ id, expiresAt: record.expiresAt }));
        for (let turns = 0; turns < 10; turns += 1) await nextTurn();
        const expired = read.filter(({ expiresAt }) => expiresAt <= this.now());
        for (const { id } of expired) this.entries.delete(id);
        yield { removed: expired.length };
      }
    },
  ),
  mutant(
    'a sweep without batches',
    ['sweep removes at most batchSize records in one batch'],
    class extends OpenStore {
      override async *sweep(): AsyncGenerator<SweepBatch> {
        yield* super.sweep({ batchSize: Number.MAX_SAFE_INTEGER });
      }
    },
  ),
];
