import { seededRandom } from '../support/models/seeded-random.js';

export type Attack =
  | {
      readonly kind: 'kill' | 'cut connections' | 'forget connections' | 'leave transactions';
      readonly process: number;
    }
  | { readonly kind: 'sleep' | 'black hole'; readonly process: number; readonly milliseconds: number }
  | {
      readonly kind: 'cut after bytes';
      readonly process: number;
      readonly direction: 'up' | 'down';
      readonly bytes: number;
    }
  | { readonly kind: 'fail over' | 'lose a server'; readonly milliseconds: number }
  | { readonly kind: 'terminate backends' | 'restart server' };

export type AttackKind = Attack['kind'];

export interface PlannedAttack {
  /** Milliseconds after the one before. */
  readonly after: number;
  readonly attack: Attack;
}

/** How often each is chosen: a process that was killed takes a processor for a second to start again. */
const WEIGHTS: Readonly<Record<AttackKind, number>> = {
  kill: 1,
  sleep: 2,
  'cut connections': 2,
  'cut after bytes': 5,
  'black hole': 1,
  'forget connections': 2,
  'leave transactions': 2,
  'fail over': 1,
  'lose a server': 2,
  'terminate backends': 2,
  'restart server': 1,
};

/** Of all attacks together, so that a store that knows fewer kinds is not attacked more often by each. */
const MEAN_GAP = 6_000;

/** The same for the same seed, and without an end. */
export function* attackPlan(
  seed: number,
  processes: number,
  lease: number,
  kinds: readonly AttackKind[],
): Generator<PlannedAttack> {
  const random = seededRandom(seed);
  const bag = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));
  while (bag.length > 0) {
    const after = Math.round((random() * 2 * MEAN_GAP) / bag.length);
    const kind = bag[Math.floor(random() * bag.length)] ?? 'sleep';
    yield { after, attack: choose(kind, random, processes, lease) };
  }
}

function choose(kind: AttackKind, random: () => number, processes: number, lease: number): Attack {
  const process = Math.floor(random() * processes);
  switch (kind) {
    case 'kill':
    case 'cut connections':
    case 'forget connections':
    case 'leave transactions':
      return { kind, process };
    case 'sleep':
      return { kind, process, milliseconds: Math.round(lease * (0.5 + 1.5 * random())) };
    case 'black hole':
      return { kind, process, milliseconds: Math.round(1_000 + 6_000 * random()) };
    case 'fail over':
    case 'lose a server':
      return { kind, milliseconds: Math.round(500 + 2_500 * random()) };
    case 'cut after bytes':
      return { kind, process, direction: random() < 0.5 ? 'up' : 'down', bytes: Math.floor(random() * 3_000) };
    case 'terminate backends':
    case 'restart server':
      return { kind };
  }
}
