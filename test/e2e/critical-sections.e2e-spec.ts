import { Controller, Post } from '@nestjs/common';
import { LockSession, Session } from 'nestjs-sessions';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

interface Shop {
  visits: number;
  cart: { items: string[] };
  mine: string;
  colour: string;
}

type Section = (session: Session) => void;

let gate = new Gate();

const increment: Section = (session) => session.set('visits', session.get('visits') + 1);

@Controller()
@LockSession('explicit')
class SectionsController {
  @Post('with-lock') async withLock(@Session() session: Session): Promise<unknown> {
    session.set('mine', 'before');
    await gate.pass();
    return session.withLock((locked) => {
      increment(locked);
      return [locked === session, locked.locked, locked.get('mine')];
    });
  }

  @Post('acquire') async acquire(@Session() session: Session): Promise<unknown> {
    const before = session.get('visits');
    await gate.pass();
    await session.acquireLock();
    increment(session);
    await session.releaseLock();
    return [before, session.get('visits'), session.locked];
  }

  @Post('many') async many(@Session() session: Session): Promise<void> {
    const sections = Array.from({ length: 5 }, () => session.withLock(increment));
    await Promise.all(sections);
  }

  @Post('nested') async nested(@Session() session: Session): Promise<boolean[]> {
    const locked: boolean[] = [];
    await session.withLock(async () => {
      await session.withLock(increment);
      locked.push(session.locked);
      await session.acquireLock();
      increment(session);
      await session.releaseLock();
      locked.push(session.locked);
    });
    await session.releaseLock();
    return [...locked, session.locked];
  }

  @Post('overlapping') async overlapping(@Session() session: Session): Promise<boolean> {
    await session.acquireLock();
    increment(session);
    const saved = session.save();
    const again = session.acquireLock();
    await session.releaseLock();
    await again;
    const isStillLocked = session.locked;
    await saved;
    await session.releaseLock();
    return isStillLocked;
  }

  @Post('failing') async failing(@Session() session: Session<Shop>): Promise<unknown> {
    session.set('mine', 'before');
    const section = session.withLock((locked) => {
      locked.set('visits', 99);
      locked.set('mine', 'in the section');
      locked.data.cart?.items.push('in the section');
      locked.delete('colour');
      throw new Error('no money');
    });
    const reason: unknown = await section.catch((error: unknown) => error);
    return [String(reason), session.locked, { ...session.data }];
  }

  @Post('failing-rotation') async failingRotation(@Session() session: Session): Promise<string> {
    const section = session.withLock(async (locked) => {
      await locked.regenerate({ keepData: false });
      throw new Error('wrong password');
    });
    return String(await section.catch((error: unknown) => error));
  }

  @Post('half-way') async halfWay(@Session() session: Session): Promise<void> {
    await session.withLock(increment);
    session.set('late', true);
    await gate.pass();
  }

  @Post('release-in-implicit') @LockSession('implicit') async release(@Session() session: Session): Promise<boolean[]> {
    const locked = [session.locked];
    await session.withLock(increment);
    locked.push(session.locked);
    await session.releaseLock();
    locked.push(session.locked);
    await gate.pass();
    await session.withLock(increment);
    return [...locked, session.locked];
  }
}

describe('A critical section', () => {
  let browser: Browser;

  beforeEach(async () => {
    gate = new Gate();
    const sessions = { store: distantMemory() };
    browser = (await startNotes({ controllers: [SectionsController], sessions })).browser();
    await browser.post('/notes', { visits: 1, colour: 'red', cart: { items: [] } });
  });

  const notes = async (): Promise<unknown> => (await browser.get('/notes')).json();

  /** Another request counts a visit, after this one has read the session and before it locks it. */
  async function meanwhile(path: string, change: object): Promise<Reply> {
    const reply = browser.post(path);
    await gate.reached;
    await browser.post('/notes', change);
    gate.open();
    return reply;
  }

  it('of withLock() reads the session again, and what the request changed before stays on top', async () => {
    const reply = await meanwhile('/with-lock', { visits: 7, theirs: true, mine: 'theirs' });
    expect(reply.json()).toEqual([true, true, 'before']);
    expect(await notes()).toMatchObject({ visits: 8, theirs: true, mine: 'before' });
  });

  it('between acquireLock() and releaseLock() reads the session again, saves it and unlocks', async () => {
    expect((await meanwhile('/acquire', { visits: 7 })).json()).toEqual([1, 8, false]);
    expect(await notes()).toMatchObject({ visits: 8 });
  });

  it.each(['/with-lock', '/acquire', '/many', '/nested'])(
    'loses nothing when many requests have one: %s',
    async (path) => {
      gate.open();
      const replies = await Promise.all(Array.from({ length: 20 }, () => browser.post(path)));
      expect(replies.filter(({ status }) => status !== 201)).toEqual([]);
      const visits = { '/with-lock': 1, '/acquire': 1, '/many': 5, '/nested': 2 }[path] ?? 0;
      expect(await notes()).toMatchObject({ visits: 1 + 20 * visits });
    },
  );

  it('is saved and unlocked at its end, while the handler goes on', async () => {
    const reply = browser.post('/half-way');
    await gate.reached;
    expect(await notes()).toEqual({ visits: 2, colour: 'red', cart: { items: [] } });
    await browser.post('/notes', { theirs: true });
    gate.open();
    await reply;
    expect(await notes()).toMatchObject({ visits: 2, late: true, theirs: true });
  });

  it('is re-entrant: the lock goes with the outermost one, and one release too many does no harm', async () => {
    expect((await browser.post('/nested')).json()).toEqual([true, true, false]);
    expect(await notes()).toMatchObject({ visits: 3 });
  });

  it('that begins before another has ended keeps the lock, although the other ends first', async () => {
    expect((await browser.post('/overlapping')).text).toBe('true');
    expect(await notes()).toMatchObject({ visits: 2 });
  });

  it('that throws keeps nothing of itself, and what came before it is stored', async () => {
    expect((await browser.post('/failing')).json()).toEqual([
      'Error: no money',
      false,
      { visits: 1, colour: 'red', cart: { items: [] }, mine: 'before' },
    ]);
    expect(await notes()).toEqual({ visits: 1, colour: 'red', cart: { items: [] }, mine: 'before' });
  });

  it('that throws has rotated nothing', async () => {
    const reply = await browser.post('/failing-rotation');
    expect([reply.text, reply.setCookies]).toEqual(['Error: wrong password', []]);
    expect(await notes()).toMatchObject({ visits: 1, colour: 'red' });
  });

  it('in an implicit route leaves the lock of the request alone, until that is released', async () => {
    const reply = browser.post('/release-in-implicit');
    await gate.reached;
    expect(await notes()).toMatchObject({ visits: 2 });
    await browser.post('/notes', { visits: 7 });
    gate.open();
    expect((await reply).json()).toEqual([true, true, false, false]);
    expect(await notes()).toMatchObject({ visits: 8 });
  });
});
