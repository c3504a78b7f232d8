import type { Sample } from '../sample.js';
import { spread, table } from './format.js';
import { losses } from './losses.js';
import { Results } from './results.js';
import { median, percentile } from './statistics.js';

function sample(kind: Sample['kind'], round: number, figures: Sample['figures'], workload: string): Sample {
  return { group: 'memory', contender: kind, kind, round, workload, figures };
}

describe('The figures of the benchmark', () => {
  it('are none where nothing was measured', () => {
    const results = new Results([sample('ours', 1, { lost: 0 }, 'contention')]);

    expect(results.figure('memory', 'ours', 'contention', 'cpu')).toBeUndefined();
    expect(spread(undefined, 2)).toBe('');
  });

  it('tell the share of the updates that was lost, over all stores', () => {
    const results = new Results([
      sample('ours', 1, { lost: 0 }, 'contention'),
      sample('peer', 1, { lost: 0.8 }, 'contention'),
      sample('peer', 2, { lost: 0.9 }, 'contention'),
    ]);

    expect(results.lost('ours')).toEqual({ median: 0, least: 0, most: 0 });
    expect(results.lost('peer')).toMatchObject({ least: 0.8, most: 0.9 });
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
