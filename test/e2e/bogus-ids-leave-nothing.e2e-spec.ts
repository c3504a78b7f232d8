import { Controller, Get } from '@nestjs/common';
import { hours, LockSession, Session, Sessions, type CountableStore, type SessionStore } from 'nestjs-sessions';
import { randomBytes } from 'node:crypto';
import { SessionEngine } from '../../lib/session/session-engine.js';
import { preparePlace, startNotes } from '../support/notes-app.js';
import { readTree } from '../support/read-tree.js';
import { openStore, storeKinds, type StorePlace } from '../support/stores.js';
import type { TestApp } from '../support/test-app.js';

const SOME = 100;

const madeUp = (): string => randomBytes(32).toString('base64url');

@Controller()
class LocksController {
  @Get('implicit') implicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('early') @LockSession('early') early(): void {}

  @Get('by-hand') @LockSession('explicit') async byHand(@Session() session: Session): Promise<boolean> {
    await session.acquireLock();
    await session.withLock(() => undefined);
    return session.locked;
  }
}

describe.each(storeKinds)('Ids for which there is no session, on $name,', (kind) => {
  let place: StorePlace;
  let store: SessionStore & Partial<CountableStore>;
  let app: TestApp;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    place = await preparePlace(kind);
    store = openStore(place.spec);
    app = await startNotes({ controllers: [LocksController], sessions: { store, clock: { now: () => now } } });
  });

  /** What is on the disk, where the store has one. */
  async function files(): Promise<string[]> {
    const [, directory] = /^file:(.*)$/.exec(place.spec) ?? [];
    return directory === undefined ? [] : [...(await readTree(directory)).keys()];
  }

  async function leaveNothing(work: () => Promise<unknown>): Promise<void> {
    const before = await files();
    await work();
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
    expect((await store.count?.()) ?? 0).toBe(0);
    expect(await files()).toEqual(before);
  }

  it.each(['/implicit', '/early', '/by-hand'])('are not locked, and leave nothing behind: %s', async (path) => {
    await leaveNothing(async () => {
      for (const id of [...Array.from({ length: SOME }, madeUp), '../../etc/passwd', 'x'.repeat(251)]) {
        const reply = await app.browser().get(path, { headers: { cookie: `session_id=${id}` } });
        expect([reply.status, reply.setCookies]).toEqual([200, []]);
        expect(reply.text).not.toBe('true');
      }
    });
  });

  it('leave nothing behind, however many there are', async () => {
    const sessions = app.nest.get(Sessions);
    const many = kind.isRemote ? 1_000 : 10_000;
    await leaveNothing(async () => {
      let locked = 0;
      for (let n = 0; n < many; n += 1) {
        locked += Number(await sessions.open(`session_id=${madeUp()}`, (session) => session.locked));
      }
      expect(locked).toBe(0);
    });
  });

  it('are not locked either when there was one that has expired', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    now += hours(1);
    const before = await files();

    expect((await visitor.get('/implicit')).text).toBe('false');
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
    expect(await files()).toEqual(before);
  });
});
