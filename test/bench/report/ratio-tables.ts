import { comparedWorkloads, NO_SESSION } from '../workloads/compared.js';
import { number, table } from './format.js';
import type { Ratio, Ratios } from './ratios.js';

const BARE = 'bare Nest';

/** The CPU per request of ours divided by theirs: one ratio a cell. */
export function ratioTable(ratios: Ratios): string {
  const duels = ratios.duels.filter((duel) => duel !== BARE);
  const rows = comparedWorkloads
    .filter(({ name }) => ratios.has(name))
    .map(({ name, title }) => [title, ...duels.map((duel) => verdict(ratios.ratio(duel, name, 'cpu')))]);
  return table(['request', ...duels], rows);
}

/** A route without a session beside one of an application that has no sessions; nothing when it was not measured. */
export function bareLine(ratios: Ratios): string | undefined {
  const ratio = ratios.ratio(BARE, NO_SESSION, 'cpu');
  return ratio && `A route without a session, divided by one of an application without sessions: ${exact(ratio)}.`;
}

/** All that is known of one duel. */
export function duelTable(ratios: Ratios, duel: string): string {
  const rows = comparedWorkloads
    .filter(({ name }) => ratios.count(duel, name) > 0)
    .map(({ name, title }) => [
      title,
      exact(ratios.ratio(duel, name, 'cpu')),
      exact(ratios.ratio(duel, name, 'p99')),
      both(ratios, duel, name, 'cpu', 0),
      both(ratios, duel, name, 'p99', 1),
      both(ratios, duel, name, 'trips', 2),
      both(ratios, duel, name, 'peakMemory', 0, 1e6),
      number(ratios.count(duel, name), 0),
    ]);
  const head = ['request', 'CPU', 'p99', 'CPU µs', 'p99 ms', 'trips', 'peak MB', 'pairs'];
  return table(head, rows);
}

function both(
  ratios: Ratios,
  duel: string,
  workload: string,
  name: 'cpu' | 'p99' | 'trips' | 'peakMemory',
  digits: number,
  unit = 1,
): string {
  const sides = (['ours', 'theirs'] as const).map((side) => ratios.middle(duel, workload, side, name));
  const shown = sides.map((value) => (value === undefined ? '-' : number(value / unit, digits)));
  return shown.every((value) => value === '-') ? '' : shown.join(' / ');
}

function verdict(ratio: Ratio | undefined): string {
  return ratio === undefined ? '-' : ratio.isLevel ? 'level' : number(ratio.median, 2);
}

/** The median, and the quartiles in brackets. */
function exact(ratio: Ratio | undefined): string {
  if (ratio === undefined) {
    return '';
  }
  const quartiles = `[${number(ratio.low, 2)}-${number(ratio.high, 2)}]`;
  return `${ratio.isLevel ? 'level, ' : ''}${number(ratio.median, 2)} ${quartiles}`;
}
