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

  it.each<[string, unknown[], string]>([
    [
      'destroy',
      [{ id: 'x' }],
      'Sessions.destroy() takes the id of a session, which is session.id; it got a value of type object',
    ],
    [
      'open',
      [42, () => 1],
      'Sessions.open() takes a Cookie header, which is request.headers.cookie, or undefined when there is none; it got 42',
    ],
    [
      'open',
      ['a=b', 'x'],
      "Sessions.open() takes a function: open(cookieHeader, async (session) => { ... }); it got 'x'",
    ],
    ['open', ['a=b', () => 1, 'early'], "Sessions.open() takes options like { mode: 'read-only' }; it got 'early'"],
    ['open', ['a=b', () => 1, { mod: 'early' }], 'Sessions.open() has no option "mod". Did you mean "mode"?'],
    [
      'watch',
      [42, { onEnd: () => 1 }],
      'Sessions.watch() takes a Cookie header, which is request.headers.cookie, or undefined when there is none; it got 42',
    ],
    [
      'watch',
      ['a=b', {}],
      'Sessions.watch() takes a function: watch(cookieHeader, { onEnd: (reason) => { ... } }); it got undefined',
    ],
    [
      'bind',
      [undefined, { headers: {} }],
      'Sessions.bind() takes the client of a socket, and its request; it got undefined',
    ],
    ['bind', [null, { headers: {} }], 'Sessions.bind() takes the client of a socket, and its request; it got null'],
    ['bind', ['x', { headers: {} }], "Sessions.bind() takes the client of a socket, and its request; it got 'x'"],
    ...[undefined, 'x', {}, { headers: 'x' }].map((request): [string, unknown[], string] => [
      'bind',
      [{}, request],
      'Sessions.bind() takes the request that opened the socket, which handleConnection(client, request) gets; ' +
        `it got ${request === 'x' ? "'x'" : request && 'a value of type object'}`,
    ]),
  ])('.%s(...%p) is refused with what to write', async (method, given, message) => {
    const outcome = await outcomeOf(() => sessions[method]!(...given));

    expect(outcome.replace(/^(TypeError|SessionsConfigError): /, '')).toBe(message);
  });

  it('.watch() and .bind() take a visitor without a cookie, and any request that has headers', () => {
    expect(sessions['watch']!(undefined, { onEnd: () => 1 })).toEqual(expect.any(Function));
    expect(sessions['bind']!({}, { headers: {} })).toBeUndefined();
  });
});
