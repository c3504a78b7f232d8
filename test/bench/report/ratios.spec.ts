import type { Pair } from '../pair.js';
import { bareLine, duelTable, ratioTable } from './ratio-tables.js';
import { Ratios } from './ratios.js';
import { quantile } from './statistics.js';

/** Pairs whose ratios of CPU are those, on a machine that is slower with each pair. */
function pairs(duel: string, workload: string, ratios: readonly number[]): Pair[] {
  return ratios.map((ratio, index) => {
    const theirs = { cpu: 100 * (index + 1), rate: 1, p50: 1, p99: 2, peakMemory: 1e6 };
    return { duel, workload, start: 0, ours: { ...theirs, cpu: theirs.cpu * ratio }, theirs };
  });
}

describe('The ratios of the benchmark', () => {
  it('are the median of the pairs, however slow the machine was, and their quartiles', () => {
    const ratios = new Ratios(pairs('memory', 'read-object', [0.5, 0.9, 0.7, 0.6, 0.8]));

    expect(ratios.ratio('memory', 'read-object', 'cpu')).toEqual({ median: 0.7, low: 0.6, high: 0.8, isLevel: false });
    expect(ratioTable(ratios)).toContain('|   0.70 |');
    expect(duelTable(ratios, 'memory')).toContain('| 0.70 [0.60-0.80] |');
  });

  it('are called level when the quartiles straddle 1', () => {
    const ratios = new Ratios(pairs('memory', 'read-object', [0.9, 0.95, 0.98, 1.02, 1.1]));

    expect(ratioTable(ratios)).toContain('|  level |');
    expect(duelTable(ratios, 'memory')).toContain('| level, 0.98 [0.95-1.02] |');
  });

  it('stand apart for bare Nest', () => {
    const ratios = new Ratios([
      ...pairs('memory', 'no-session', [0.5]),
      ...pairs('bare Nest', 'no-session', [1.04, 1.08]),
    ]);

    expect(ratioTable(ratios)).not.toContain('bare Nest');
    expect(bareLine(ratios)).toContain('1.06 [1.05-1.07]');
  });

  it('are none where nothing was measured', () => {
    const ratios = new Ratios([...pairs('memory', 'no-session', [0.5]), ...pairs('file', 'read-object', [0.4])]);

    expect(ratios.ratio('file', 'no-session', 'cpu')).toBeUndefined();
    expect(ratioTable(ratios)).toMatch(/route without a session \| +0.50 \| +- \|/);
    expect(bareLine(ratios)).toBeUndefined();
  });

  it('interpolate between two values', () => {
    expect(quantile([4, 1, 2, 3], 0.25)).toBe(1.75);
    expect(quantile([5], 0.75)).toBe(5);
  });
});
