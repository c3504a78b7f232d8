import { Sessions } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { startNotes } from '../../support/http/notes-app.js';
import { outcomeOf } from '../../support/basics/outcome-of.js';

type Untyped = Record<string, (...args: unknown[]) => unknown>;

describe('Sessions', () => {
  let sessions: Untyped;
  let visitor: Browser;

  beforeEach(async () => {
    const app = await startNotes({ sessions: { lock: { wait: 300 } } });
    sessions = app.nest.get<Untyped>(Sessions);
    visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
  });

  /** It is there, and not locked. */
  afterEach(async () => {
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann' });
  });

  it.each([[undefined], [null], [42], [{ id: 'x' }], [['x']]])(
    '.destroy(%p) says that it takes the id of a session',
    async (id) => {
      expect(await outcomeOf(() => sessions['destroy']!(id))).toMatch(/Sessions\.destroy\(\).*session\.id/);
    },
  );

  it.each([[''], ['rubbish'], ['../../etc/passwd'], ['A'.repeat(43)]])(
    '.destroy(%p) finds no session, and that is no error',
    async (id) => {
      expect(await sessions['destroy']!(id)).toBe(false);
    },
  );

  it.each([[undefined], [null], ['x'], [{}]])('.open(cookie, %p) says that it takes a function', async (work) => {
    const { cookieHeader } = visitor;

    expect(await outcomeOf(() => sessions['open']!(cookieHeader, work))).toMatch(/Sessions\.open\(\).*function/);
  });

  it.each([[42], [null], [{ cookie: 'a=1' }], [['a=1']]])(
    '.open(%p, work) says that it takes a Cookie header, and does not run the work',
    async (header) => {
      let runs = 0;
      const outcome = await outcomeOf(() => sessions['open']!(header, () => (runs += 1)));

      expect(outcome).toMatch(/Sessions\.open\(\).*Cookie header/);
      expect(runs).toBe(0);
    },
  );

  it('.open(undefined, work) is a visitor without a cookie', async () => {
    expect(await sessions['open']!(undefined, (session: { isNew: boolean }) => session.isNew)).toBe(true);
  });

  it.each([[{ mod: 'early' }], [{ mode: 'readonly' }], ['early'], [null]])(
    '.open(cookie, work, %j) says which options it has',
    async (options) => {
      const { cookieHeader } = visitor;

      expect(await outcomeOf(() => sessions['open']!(cookieHeader, () => 1, options))).toMatch(
        /Sessions\.open\(\).*mode/,
      );
    },
  );
});
