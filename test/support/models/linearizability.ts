import { isDeepStrictEqual } from 'node:util';
import { ManualClock } from 'nestjs-sessions/testing';
import { MemoryStore } from '../../../lib/stores/memory/memory.store.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { arrange, observe, type Operation, type Situation } from './store-model.js';

/** What came of some operations: their answers, and what can be seen afterwards. */
export interface Outcome {
  readonly answers: readonly unknown[];
  readonly end: unknown;
}

const cache = new Map<string, Promise<readonly Outcome[]>>();

/** What may come of operations that run at the same time: the outcome of each order on the memory store. */
export function oneAfterAnother(situation: Situation, operations: readonly Operation[]): Promise<readonly Outcome[]> {
  const key = [situation, ...operations.map(({ name }) => name)].join();
  const known = cache.get(key);
  if (known) return known;
  const outcomes = Promise.all(orders(operations.length).map((order) => runInOrder(situation, operations, order)));
  cache.set(key, outcomes);
  return outcomes;
}

/** @throws Error that tells the story when the outcome is none of those allowed. */
export function assertOneOf(outcome: Outcome, allowed: readonly Outcome[], story: string): void {
  if (allowed.some((other) => isDeepStrictEqual(other, outcome))) return;
  const show = (one: Outcome): string => JSON.stringify(one, null, 1);
  throw new Error(`${story}:\n${show(outcome)}\nis none of\n${allowed.map(show).join('\n')}`);
}

async function runInOrder(
  situation: Situation,
  operations: readonly Operation[],
  order: readonly number[],
): Promise<Outcome> {
  const clock = new ManualClock();
  const store = new MemoryStore();
  await store.start({ clock, logger: new RecordingLogger() });
  const version = await arrange(store, situation, clock);
  const answers: unknown[] = [];
  for (const n of order) answers[n] = await operations[n]?.run(store, version);
  return { answers, end: await observe(store) };
}

/** All orders of so many things. */
function orders(count: number): number[][] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, place) => [...order.slice(0, place), count - 1, ...order.slice(place)]),
  );
}
