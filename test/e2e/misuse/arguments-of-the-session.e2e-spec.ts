import { Controller, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { LockSession, Session } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { outcomeOf } from '../../support/basics/outcome-of.js';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';

const STEPS = ['save', 'regenerate', 'destroy', 'load', 'acquireLock', 'releaseLock'] as const;

let call: (session: Record<string, (...args: unknown[]) => unknown>) => unknown = () => undefined;

/** Members as untyped code calls them. */
const untyped = (session: Session): Parameters<typeof call>[0] =>
  session as unknown as Record<string, (...args: unknown[]) => unknown>;

@Controller()
class Pages {
  @Post('caught') async caught(@Session() session: Session): Promise<string> {
    return outcomeOf(() => call(untyped(session)));
  }

  @Post('explicit') @LockSession('explicit') async explicit(@Session() session: Session): Promise<unknown[]> {
    return [await this.caught(session), session.locked];
  }

  @Post('at-the-call') atTheCall(@Session() session: Session): string {
    try {
      void call(untyped(session));
    } catch (error) {
      return String(error);
    }
    return 'nothing';
  }

  /** As with express-session: nothing awaits the call, and the callback alone answers. */
  @Post('callback') callback(@Session() session: Session, @Res() response: Response): void {
    session.set('visits', 1);
    void untyped(session)['save']!(() => response.send('done'));
  }
}

describe('A call of the session with arguments that it cannot work with', () => {
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    call = () => undefined;
    app = await startNotes({ controllers: [Pages], sessions: { lock: { wait: 300 } } });
    visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
  });

  /** It changed nothing, and no lock stays. */
  async function expectUntouched(): Promise<void> {
    const { status, text, setCookies } = await visitor.get('/notes');
    expect([status, text, setCookies]).toEqual([200, '{"user":"ann"}', []]);
  }

  describe.each(STEPS)('%s(callback)', (step) => {
    it('throws a TypeError at the call, which says to await it', async () => {
      call = (session) => session[step]!(() => undefined);
      const { text } = await visitor.post('/at-the-call');

      expect(text).toMatch(/^TypeError: .*callback/);
      expect(text).toContain(`await session.${step}()`);
      await expectUntouched();
    });
  });

  it('is an error of the request when a callback alone would answer, and no request that hangs', async () => {
    const { status } = await visitor.post('/callback', undefined, { signal: AbortSignal.timeout(10_000) });

    expect(status).toBe(500);
    expect(app.logs.matching(/TypeError: .*await session\.save\(\)/)).toHaveLength(1);
    await expectUntouched();
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['a string', 'keepData'],
    ['a misspelt option', { keepdata: false }],
    ['a value that is no boolean', { keepData: 'no' }],
  ])('regenerate() with %s says what it takes', async (_, argument) => {
    call = (session) => session['regenerate']!(argument);

    expect((await visitor.post('/caught')).text).toMatch(/regenerate\(.*keepData/s);
    await expectUntouched();
  });

  it.each([[undefined], [null], ['x'], [{}], [Promise.resolve()]])(
    'withLock(%p) says what it takes',
    async (section) => {
      call = (session) => session['withLock']!(section);

      const [message, isLocked] = (await visitor.post('/explicit')).json<[string, boolean]>();
      expect(message).toMatch(/withLock\(.*function/s);
      expect(isLocked).toBe(false);
      await expectUntouched();
    },
  );

  it.each<[string, unknown[]]>([
    ['set', [{ visits: 1 }]],
    ['set', [undefined, 1]],
    ['set', [7, 1]],
    ['set', [Symbol('x'), 1]],
    ['setDefault', [{ visits: 1 }]],
    ['update', [null]],
    ['update', [undefined]],
    ['update', ['visits']],
    ['update', [['visits', 1]]],
    ['update', [new Map([['visits', 1]])]],
    ['forEach', [undefined]],
  ])('%s(...%p) says what it takes', async (member, args) => {
    call = (session) => session[member]!(...args);

    expect((await visitor.post('/caught')).text).toContain(`${member}(`);
    await expectUntouched();
  });
});
