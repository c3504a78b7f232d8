import type { Control } from './controls.js';
import type { Fate } from './history.js';
import type { TortureOptions } from './torture-options.js';
import type { TortureRun } from './torture-run.js';
import type { Violation, ViolationKind } from './violation.js';

const SHOWN = 20;

export function describeRun(options: TortureOptions, run: TortureRun, milliseconds: number): string {
  const { store, seed, processes, sessions } = options;
  const { history, wire, adversary } = run;
  const requests = [...wire.tally.values()].reduce((sum, count) => sum + count, 0);
  return [
    `torture of ${store}, seed ${seed}: ${processes} processes, ${sessions} shared sessions, ${(milliseconds / 1_000).toFixed(1)} s`,
    `  attacks: ${list(adversary.tally) || 'none'}`,
    `  answers: ${list(wire.tally)}`,
    `  counts: ${fatesOf(history.counts)}`,
    `  writes of a key: ${fatesOf(history.writes)}`,
    `  rotations: ${history.rotations.length}, logouts: ${history.logouts.length}, looks: ${history.looks.length}, ids: ${history.ids.size}`,
    `  for information: ${Math.round((requests * 1_000) / milliseconds)} requests/s, ` +
      `${Math.round((history.acknowledgedCounts * 1_000) / milliseconds)} counts/s`,
  ].join('\n');
}

export function describeControl({ name }: Control, found: ReadonlyMap<ViolationKind, number>): string {
  return `control: ${name}\n  found: ${list(found) || 'nothing'}`;
}

export function describeViolations(violations: readonly Violation[]): string {
  if (violations.length === 0)
    return 'nothing was lost, undone, revived or left behind, and each control lost what it had to';
  const shown = violations.slice(0, SHOWN).map(({ kind, evidence }) => `  ${kind}: ${evidence}`);
  const rest = violations.length > SHOWN ? [`  and ${violations.length - SHOWN} more`] : [];
  return [`${violations.length} violations`, ...shown, ...rest].join('\n');
}

function fatesOf(all: readonly { readonly fate: Fate }[]): string {
  const tally = new Map<Fate, number>();
  for (const { fate } of all) tally.set(fate, (tally.get(fate) ?? 0) + 1);
  return list(tally);
}

function list(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');
}
