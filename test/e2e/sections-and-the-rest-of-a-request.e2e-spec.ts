import { Controller, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { idOf } from '../support/stores/stored-sessions.js';

const FAILURE = new Error('no money');

@Controller()
@LockSession('explicit')
class Sections {
  @Post('around') async around(@Session() session: Session): Promise<string> {
    const gate = new Gate();
    session.set('before', true);
    const section = session.withLock(async (locked) => {
      locked.set('inside', true);
      await gate.pass();
      throw FAILURE;
    });
    const outcome = section.catch(String);
    session.set('called', true);
    gate.open();
    const text = await outcome;
    session.set('after', true);
    return text;
  }

  @Post('meanwhile') async meanwhile(@Session() session: Session): Promise<string> {
    const gate = new Gate();
    const section = session.withLock(async (locked) => {
      locked.set('inside', true);
      await gate.pass();
      throw FAILURE;
    });
    const outcome = section.catch(String);
    await gate.reached;
    session.set('meanwhile', true);
    gate.open();
    return outcome;
  }

  @Post('rotation-fails') rotationFails(@Session() session: Session): Promise<unknown[]> {
    const failing = session.withLock(async (locked) => {
      await locked.regenerate();
      locked.set('inside', true);
      throw FAILURE;
    });
    return this.#beside(session, failing);
  }

  @Post('rotation') rotation(@Session() session: Session): Promise<unknown[]> {
    return this.#beside(
      session,
      session.withLock(async (locked) => {
        await locked.regenerate();
        locked.set('inside', true);
      }),
    );
  }

  @Post('logout-in-section') logout(@Session() session: Session): Promise<unknown[]> {
    return this.#beside(
      session,
      session.withLock((locked) => locked.destroy()),
    );
  }

  @Post('logout-fails') async logoutFails(@Session() session: Session): Promise<string> {
    const section = session.withLock(async (locked) => {
      await locked.destroy();
      throw FAILURE;
    });
    return section.then(
      () => 'done',
      (error: unknown) => String(error),
    );
  }

  async #beside(session: Session, section: Promise<void>): Promise<unknown[]> {
    const other = session.withLock((locked) => void locked.set('other', true));
    const results = await Promise.allSettled([section, other]);
    return results.map(({ status }) => status);
  }
}

describe('A section of withLock()', () => {
  let browser: Browser;

  beforeEach(async () => {
    const sessions = { store: distantMemory() };
    browser = (await startNotes({ controllers: [Sections], sessions })).browser();
    await browser.post('/notes', { user: 'ann' });
  });

  const notes = async (client = browser): Promise<unknown> => (await client.get('/notes')).json();

  it('that fails keeps what the handler set before it, after it, and after the call of it', async () => {
    expect((await browser.post('/around')).text).toBe(String(FAILURE));
    expect(await notes()).toEqual({ user: 'ann', before: true, called: true, after: true });
  });

  it('that fails undoes nothing that the handler set while it ran', async () => {
    expect((await browser.post('/meanwhile')).text).toBe(String(FAILURE));
    expect(await notes()).toEqual({ user: 'ann', meanwhile: true });
  });

  it('that rotates and fails has rotated nothing, and the section beside it is stored', async () => {
    const old = idOf(browser);

    expect((await browser.post('/rotation-fails')).json()).toEqual(['rejected', 'fulfilled']);
    expect(idOf(browser)).toBe(old);
    expect(await notes()).toEqual({ user: 'ann', other: true });
  });

  it('that rotates has both sections under the new id', async () => {
    const old = browser.clone();

    expect((await browser.post('/rotation')).json()).toEqual(['fulfilled', 'fulfilled']);
    expect(idOf(browser)).not.toBe(idOf(old));
    expect(await notes()).toEqual({ user: 'ann', inside: true, other: true });
    expect(await notes(old)).toEqual({});
  });

  it.each(['/logout-in-section', '/logout-fails'])(
    'that logs out has logged out, whatever comes beside it or after it: %s',
    async (path) => {
      const old = browser.clone();
      const { status, setCookies } = await browser.post(path);

      expect([status, setCookies.length, browser.cookies.size]).toEqual([201, 1, 0]);
      expect(await notes(old)).toEqual({});
    },
  );
});
