import { checkLogins } from './check-logins.js';
import type { Look } from './history.js';

const none = { looks: [], rotations: [], logouts: [] };

function look(id: string, sent: number, found?: string, expected?: string): Look {
  return { id, sent, found, expected };
}

const kindsOf = (...args: Parameters<typeof checkLogins>): string[] => checkLogins(...args).map(({ kind }) => kind);

describe('The check of logins', () => {
  it('is content with a life as it should be', () => {
    const history = {
      looks: [look('new', 12, 'ann', 'ann'), look('old', 13), look('new', 31)],
      rotations: [{ from: 'old', login: 'ann', acknowledged: 10 }],
      logouts: [{ login: 'ann', acknowledged: 30 }],
    };

    expect(kindsOf(history, [])).toEqual([]);
  });

  it('finds somebody who is still logged in after the logout', () => {
    const logouts = [{ login: 'ann', acknowledged: 30 }];

    expect(kindsOf({ ...none, logouts, looks: [look('id', 31, 'ann')] }, [])).toEqual(['a session revived']);
    expect(kindsOf({ ...none, logouts, looks: [look('id', 29, 'ann')] }, [])).toEqual([]);
  });

  it('finds a session in the store that was logged out', () => {
    expect(kindsOf({ ...none, logouts: [{ login: 'ann', acknowledged: 30 }] }, ['bob', 'ann'])).toEqual([
      'a session revived',
    ]);
  });

  it('finds an id that is valid although another was given for it', () => {
    const rotations = [{ from: 'old', login: 'ann', acknowledged: 10 }];

    expect(kindsOf({ ...none, rotations, looks: [look('old', 11, 'ann')] }, [])).toEqual([
      'two valid ids for one login',
    ]);
    expect(kindsOf({ ...none, rotations, looks: [look('old', 9, 'ann')] }, [])).toEqual([]);
  });

  it('finds a login that is stored twice', () => {
    expect(kindsOf(none, ['ann', 'bob', 'ann'])).toEqual(['two valid ids for one login']);
  });

  it('finds somebody who is logged in no more, or as somebody else', () => {
    expect(kindsOf({ ...none, looks: [look('id', 1, undefined, 'ann')] }, [])).toEqual(['a lost login']);
    expect(kindsOf({ ...none, looks: [look('id', 1, 'bob', 'ann')] }, [])).toEqual(['a lost login']);
  });
});
