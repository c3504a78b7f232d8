import { Controller, Param, Post } from '@nestjs/common';
import { LockSession, Session, type SessionStore } from 'nestjs-sessions';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';

let gate = new Gate();

/** Each has read the session when it comes to the gate, and changes it after. */
@Controller()
class SlowController {
  @Post('slow/set/:key/:value')
  @LockSession('explicit')
  async set(@Session() session: Session, @Param('key') key: string, @Param('value') value: string): Promise<void> {
    await gate.pass();
    session.set(key, value);
  }

  @Post('quick/set/:key/:value')
  @LockSession('explicit')
  quick(@Session() session: Session, @Param('key') key: string, @Param('value') value: string): void {
    session.set(key, value);
  }

  @Post('slow/locked') async locked(@Session() session: Session): Promise<void> {
    const visits = session.get('visits');
    await gate.pass();
    session.set('visits', visits + 1);
  }

  @Post('slow/clear') @LockSession('explicit') async clear(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.clear();
  }

  @Post('slow/read') @LockSession('explicit') async read(@Session() session: Session): Promise<object> {
    await gate.pass();
    return { ...session.data };
  }
}

describe.each(PLATFORMS)('A request without the lock, on %s', (platform) => {
  let inner: SessionStore;
  let store: ObservedStore;
  let browser: Browser;

  beforeEach(async () => {
    gate = new Gate();
    inner = distantMemory();
    store = new ObservedStore(inner);
    browser = (await startNotes({ platform, controllers: [SlowController], sessions: { store } })).browser();
    await browser.post('/notes', { visits: 1, colour: 'red' });
  });

  const notes = async (): Promise<unknown> => (await browser.get('/notes')).json();

  /** Starts a slow request and waits until it has read the session; the rest happens before it goes on. */
  async function duringSlow(slow: string, meanwhile: () => Promise<Reply>): Promise<Reply> {
    const reply = browser.post(slow);
    await gate.reached;
    expect((await meanwhile()).status).toBe(201);
    gate.open();
    expect((await reply).status).toBe(201);
    return reply;
  }

  it('does not undo what another wrote under another key', async () => {
    await duringSlow('/slow/set/user/ann', () => browser.post('/quick/set/theme/dark'));
    expect(await notes()).toEqual({ visits: 1, colour: 'red', user: 'ann', theme: 'dark' });
  });

  it('does not undo what a locked one writes, nor the other way round, and does not wait for it', async () => {
    await duringSlow('/slow/locked', () => browser.post('/quick/set/theme/dark'));
    expect(await notes()).toEqual({ visits: 2, colour: 'red', theme: 'dark' });
  });

  it('wins on the same key when it commits last', async () => {
    await duringSlow('/slow/set/colour/green', () => browser.post('/quick/set/colour/blue'));
    expect(await notes()).toEqual({ visits: 1, colour: 'green' });
  });

  it('removes with clear() only the keys that it knew', async () => {
    await duringSlow('/slow/clear', () => browser.post('/quick/set/theme/dark'));
    expect(await notes()).toEqual({ theme: 'dark' });
  });

  it('overwrites nothing when it only reads, however slow it is', async () => {
    const reply = await duringSlow('/slow/read', () => browser.post('/quick/set/colour/blue'));
    expect(reply.json()).toEqual({ visits: 1, colour: 'red' });
    expect(await notes()).toEqual({ visits: 1, colour: 'blue' });
  });

  it('writes nothing when it only read', async () => {
    gate.open();
    store.takeCalls();
    await browser.post('/slow/read');
    expect(store.takeCalls()).toEqual(['load']);
  });

  describe('that conflicts with another process', () => {
    /** The other one writes right before each of so many attempts to write. */
    async function interfere(times: number): Promise<void> {
      gate.open();
      const other = await startNotes({ platform, controllers: [SlowController], sessions: { store: inner } });
      let attempts = 0;
      store.before('update', async () => {
        attempts += 1;
        if (attempts <= times) {
          await browser.at(other.url).post(`/quick/set/theirs/${attempts}`);
        }
      });
    }

    it('is tried again ten times', async () => {
      await interfere(10);
      expect((await browser.post('/slow/set/mine/1')).status).toBe(201);
      expect(await notes()).toMatchObject({ mine: '1', theirs: '10' });
    });

    it('is an error after that, which says when to come again, and undoes nothing', async () => {
      await interfere(11);
      const { status, headers } = await browser.post('/slow/set/mine/1');

      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      expect(await notes()).toEqual({ visits: 1, colour: 'red', theirs: '11' });
    });
  });
});
