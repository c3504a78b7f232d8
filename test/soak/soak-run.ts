import { hangUp } from '../torture/torture-client.js';
import { describeFootprint, excess, settledFootprint, type Part } from './footprint.js';
import type { Leak } from './leaks.js';
import { SoakApp } from './soak-app.js';
import type { Layer, SoakStore } from './soak-options.js';
import { live, visitorOf } from './visits.js';

const ROUNDS = 5;
const SIDE_BY_SIDE = 25;

export interface SoakSettings {
  readonly store: SoakStore;
  readonly layer: Layer;
  readonly sessions: number;
  readonly leak: Leak;
}

export interface SoakResult {
  /** Where something has grown that should not, with the figures. */
  readonly grown: ReadonlyMap<Part | 'leftovers', string>;
  readonly sessionsPerSecond: number;
}

/** A round to warm up, which is the base; then as many as that again and again, and everything is as it was. */
export async function soak(
  { store, layer, sessions, leak }: SoakSettings,
  tell: (line: string) => void,
): Promise<SoakResult> {
  const app = await SoakApp.start(store, leak.alter ?? ((inner) => inner));
  try {
    const perRound = Math.ceil(sessions / (ROUNDS + 1));
    const round = (): Promise<void> => runRound(app, layer, perRound, leak);
    const start = performance.now();
    await round();
    const base = await settledFootprint(app);
    tell(`    base, after ${perRound} sessions: ${describeFootprint(base)}`);
    for (let n = 0; n < ROUNDS; n += 1) await round();
    const seconds = (performance.now() - start) / 1_000;
    const last = await settledFootprint(app, base);
    tell(`    after ${perRound * ROUNDS} more: ${describeFootprint(last)}`);
    const grown = new Map<Part | 'leftovers', string>(
      excess(base, last).map((part) => [part, `${base[part]} became ${last[part]}`]),
    );
    const leftovers = await app.leftovers();
    if (leftovers.length > 0) grown.set('leftovers', `${leftovers.length}, such as ${leftovers[0] ?? ''}`);
    return { grown, sessionsPerSecond: (perRound * (ROUNDS + 1)) / seconds };
  } finally {
    await app.close();
  }
}

async function runRound(app: SoakApp, layer: Layer, sessions: number, leak: Leak): Promise<void> {
  const visitor = visitorOf(app, layer);
  let begun = 0;
  const visitors = Array.from({ length: SIDE_BY_SIDE }, async () => {
    while (begun < sessions) {
      begun += 1;
      await live(visitor, begun);
      leak.beside?.();
    }
  });
  await Promise.all(visitors);
  hangUp();
  await app.letTimePass();
  if (leak.forgetsCleanUp !== true) await app.cleanUp();
}
