import type { Sample } from '../sample.js';
import { spread, table } from './format.js';
import { losses } from './losses.js';
import { Results } from './results.js';
import { median, percentile } from './statistics.js';

function sample(kind: Sample['kind'], round: number, figures: Sample['figures'], workload = 'read-only'): Sample {
  return { group: 'memory', contender: kind, kind, round, workload, figures };
}

describe('The figures of the benchmark', () => {
  it('are compared with those of the same round', () => {
    const results = new Results([
      sample('ours', 1, { cpu: 50 }),
      sample('peer', 1, { cpu: 100 }),
      sample('ours', 2, { cpu: 300 }),
      sample('peer', 2, { cpu: 400 }),
      sample('ours', 3, { cpu: 60 }),
    ]);

    expect(results.ratio('memory', 'ours', 'read-only', 'peer')).toEqual({ median: 0.625, least: 0.5, most: 0.75 });
  });

  it('are none where nothing was measured', () => {
    const results = new Results([sample('ours', 1, { lost: 0 }, 'contention')]);

    expect(results.figure('memory', 'ours', 'contention', 'cpu')).toBeUndefined();
    expect(results.ratio('memory', 'ours', 'contention', 'peer')).toBeUndefined();
    expect(spread(undefined, 2)).toBe('');
  });

  it('fail the run when an update of ours was lost in any round, and not when one of a peer was', () => {
    const lost = (kind: Sample['kind'], round: number, share: number): Sample =>
      sample(kind, round, { lost: share }, 'contention');

    expect(losses(new Results([lost('ours', 1, 0), lost('peer', 1, 0.9)]))).toEqual([]);
    expect(losses(new Results([lost('ours', 1, 0), lost('ours', 2, 0.01), lost('ours', 3, 0)]))).toHaveLength(1);
  });

  it('are the median, and what the rounds lay between', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(
      percentile(
        Array.from({ length: 100 }, (_, index) => index),
        0.99,
      ),
    ).toBe(99);
    expect(spread({ median: 1.5, least: 1.25, most: 2 }, 2)).toBe('1.50 (1.25 to 2.00)');
    expect(spread({ median: 1.501, least: 1.5, most: 1.502 }, 1)).toBe('1.5');
  });

  it('stand in a table as Prettier would lay it out', () => {
    expect(table(['workload', 'CPU'], [['read', '1.00']])).toBe(
      ['| workload |  CPU |', '| -------- | ---: |', '| read     | 1.00 |'].join('\n'),
    );
  });
});
