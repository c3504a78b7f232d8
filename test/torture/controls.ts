import type { StoreKind } from './place.js';
import { preparePlace } from './places.js';
import { type RunSettings, TortureRun } from './torture-run.js';
import type { ViolationKind } from './violation.js';

const DURATION = 5_000;
const PROCESSES = 2;

export interface Control {
  readonly name: string;
  readonly settings: Pick<RunSettings, 'route' | 'upserts'>;
  /** What the checks have to find. */
  readonly losses: readonly ViolationKind[];
}

/** What has to lose: where one of them loses nothing, the torture does not bite. */
export const controls: readonly Control[] = [
  {
    name: 'counting without the lock',
    settings: { route: 'unlocked-counts', upserts: false },
    losses: ['a lost count', 'a count given twice'],
  },
  {
    name: 'a store that upserts, merges nothing and keeps no tombstones',
    settings: { route: 'counts', upserts: true },
    losses: ['a lost count', 'a key undone', 'a session revived', 'two valid ids for one login'],
  },
];

/** What was found, and how often. */
export async function runControl(
  { settings }: Control,
  store: StoreKind,
  seed: number,
): Promise<ReadonlyMap<ViolationKind, number>> {
  const place = await preparePlace(store, PROCESSES);
  try {
    const run = await TortureRun.start(place, { ...settings, seed, sessions: 4, attacks: [] });
    const end = performance.now() + DURATION;
    await run.work(() => performance.now() > end);
    const found = new Map<ViolationKind, number>();
    for (const { kind } of await run.examine()) found.set(kind, (found.get(kind) ?? 0) + 1);
    await run.stop();
    return found;
  } finally {
    await place.dispose();
  }
}
