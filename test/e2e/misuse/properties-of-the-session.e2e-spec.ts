import { Controller, Get, Post, Req } from '@nestjs/common';
import { CurrentSession, Session, Sessions, type SessionObject } from 'nestjs-sessions';
import { createTestSession } from 'nestjs-sessions/testing';
import type { Browser } from '../../support/http/browser.js';
import { startNotes } from '../../support/http/notes-app.js';
import { sloppy, strict, thrownBy } from '../../support/basics/sloppy.js';
import type { TestApp } from '../../support/http/test-app.js';

/** What people write who know another library. */
const CHANGES = [
  'session.visits = 1',
  'session.visits += 1',
  'session.visits = undefined',
  'delete session.user',
  'delete session.nothing',
  'Object.assign(session, { visits: 1 })',
] as const;

/** Over members, which are there to be called or read. */
const OVERWRITTEN = [
  'session.id = "x"',
  'session.data = { visits: 1 }',
  'session.get = 7',
  'session.size = 0',
  'session.locked = true',
] as const;

let code: (session: object) => unknown = () => undefined;

@Controller()
class Pages {
  constructor(private readonly current: CurrentSession) {}

  @Post('parameter') parameter(@Session() session: Session): string {
    session.set('user', { name: 'ann' });
    return thrownBy(code, session);
  }

  @Post('request') request(@Req() { session }: { session: SessionObject }): string {
    return thrownBy(code, session);
  }

  @Post('section') section(@Session() session: Session): Promise<string> {
    return session.withLock((locked) => thrownBy(code, locked));
  }

  @Post('current') currentSession(): string {
    return thrownBy(code, this.current);
  }

  @Post('current-session') session(): string {
    return thrownBy(code, this.current.session);
  }

  @Get('uncaught') uncaught(@Req() { session }: { session: SessionObject }): string {
    code(session);
    return 'done';
  }
}

describe('A property of the session that is no member', () => {
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    app = await startNotes({ controllers: [Pages], sessions: { currentSession: true } });
    visitor = app.browser();
    await visitor.post('/notes', { user: { name: 'ann' } });
  });

  describe.each([
    ['strict', strict],
    ['sloppy', sloppy],
  ])('in %s code', (_, compiled) => {
    it.each(CHANGES.slice(0, 3))('is refused with what to write instead: %s', async (change) => {
      code = compiled(change);
      const { text } = await visitor.post('/parameter');

      expect(text).toMatch(/^TypeError: /);
      expect(text).toContain('session.data');
      expect(text).toContain('set(');
      expect(text).toContain('visits');
    });

    it.each(CHANGES)('is refused: %s', async (change) => {
      code = compiled(change);
      for (const path of ['/parameter', '/request', '/section', '/current', '/current-session']) {
        expect([path, (await visitor.post(path)).text]).toEqual([path, expect.stringMatching(/^TypeError: /)]);
      }
      expect((await visitor.get('/notes')).json()).toEqual({ user: { name: 'ann' } });
    });

    it.each(OVERWRITTEN)('is refused also over a member: %s', async (change) => {
      code = compiled(change);
      for (const path of ['/parameter', '/request', '/current']) {
        expect([path, (await visitor.post(path)).text]).toEqual([path, expect.stringMatching(/^TypeError: /)]);
      }
      expect((await visitor.get('/notes')).json()).toEqual({ user: { name: 'ann' } });
    });

    it('is refused outside of a request, and in tests of controllers', async () => {
      code = compiled('session.visits = 1');
      const { cookieHeader } = visitor;

      expect(await app.nest.get(Sessions).open(cookieHeader, (session) => thrownBy(code, session))).toMatch(/set\(/);
      expect(thrownBy(code, createTestSession({ user: 1 }))).toMatch(/set\(/);
      expect(thrownBy(code, createTestSession())).toMatch(/set\(/);
    });
  });

  it('that was deleted is refused with what to write instead', async () => {
    code = sloppy('delete session.user');
    const { text } = await visitor.post('/parameter');

    expect(text).toMatch(/^TypeError: .*\buser\b/);
    expect(text).toMatch(/session\.data|session\.delete\(/);
  });

  it('is an error of the request, and its reason is in the log, also before the session is loaded', async () => {
    code = sloppy('session.userId = 7');

    expect((await visitor.get('/uncaught')).status).toBe(500);
    expect(app.logs.matching(/TypeError: .*userId/)).toHaveLength(1);
    expect((await visitor.get('/notes')).json()).toEqual({ user: { name: 'ann' } });
  });
});
