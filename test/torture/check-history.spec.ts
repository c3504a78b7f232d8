import { checkHistory } from './check-history.js';
import { History } from './history.js';

function historyOf(...counts: readonly { session: string; value: number }[]): History {
  const history = new History();
  counts.forEach(({ session, value }, n) => history.count({ session, value, sent: n, ended: n, fate: 'acknowledged' }));
  return history;
}

describe('The check of a history', () => {
  it('looks at each session by itself', () => {
    const history = historyOf({ session: '1', value: 1 }, { session: '2', value: 1 }, { session: '2', value: 2 });
    const stored = new Map([
      ['1', { count: 1 }],
      ['2', { count: 1 }],
    ]);

    expect(checkHistory(history, stored, [])).toEqual([
      { kind: 'a lost count', evidence: expect.stringMatching(/^session 2:/) },
    ]);
  });

  it('looks at each key by itself', () => {
    const history = new History();
    const write = { session: '1', sent: 0, ended: 0, before: 0, fate: 'acknowledged' } as const;
    history.writes.push({ ...write, key: 'a', value: 7 }, { ...write, key: 'b', value: 8 });

    expect(checkHistory(history, new Map([['1', { a: 7 }]]), [])).toEqual([
      { kind: 'a key undone', evidence: expect.stringContaining('key b: 0 is stored') },
    ]);
  });

  it('tells of sessions that clients found lost, and of logins', () => {
    const history = new History();
    history.lost.push('session 1 is not there any more');

    expect(checkHistory(history, new Map(), ['ann', 'ann']).map(({ kind }) => kind)).toEqual([
      'two valid ids for one login',
      'a lost session',
    ]);
  });
});
