import type { StoreKind } from './place.js';
import { preparePlace } from './places.js';
import { type RunSettings, TortureRun } from './torture-run.js';
import type { Violation, ViolationKind } from './violation.js';

const DURATION = 5_000;
const ATTEMPTS = 6;
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

/** What was found, and how often. On a busy machine requests may not meet in one attempt: there are more until all is found. */
export async function runControl(
  { settings, losses }: Control,
  store: StoreKind,
  seed: number,
): Promise<ReadonlyMap<ViolationKind, number>> {
  const found = new Map<ViolationKind, number>();
  for (let attempt = 0; attempt < ATTEMPTS && losses.some((kind) => !found.has(kind)); attempt += 1) {
    const violations = await violationsOf(store, { ...settings, seed: seed + attempt, sessions: 4, attacks: [] });
    for (const { kind } of violations) found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return found;
}

async function violationsOf(store: StoreKind, settings: RunSettings): Promise<Violation[]> {
  const place = await preparePlace(store, PROCESSES);
  try {
    const run = await TortureRun.start(place, settings);
    const end = performance.now() + DURATION;
    await run.work(() => performance.now() > end);
    const violations = await run.examine();
    await run.stop();
    return violations;
  } finally {
    await place.dispose();
  }
}
