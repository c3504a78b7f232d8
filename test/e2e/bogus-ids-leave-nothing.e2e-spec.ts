import { Controller, Get } from '@nestjs/common';
import {
  hours,
  LockSession,
  RequireSession,
  Session,
  Sessions,
  type CountableStore,
  type SessionStore,
} from 'nestjs-sessions';
import { randomBytes } from 'node:crypto';
import { SessionEngine } from '../../lib/session/session-engine.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { often } from '../support/models/long-form.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { readTree } from '../support/documents/read-tree.js';
import { storeKinds, type StorePlace } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

const SOME = often(20);
const SIDE_BY_SIDE = 10;

const madeUp = (): string => randomBytes(32).toString('base64url');

@Controller()
class LocksController {
  @Get('implicit') implicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @Get('early') @LockSession('early') early(): void {}

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session): boolean {
    return session.isNew;
  }

  @Get('members') @RequireSession() members(): void {}

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
    store = place.open();
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

  it.each([
    ['GET', '/notes', 200],
    ['HEAD', '/notes', 200],
    ['OPTIONS', '/notes', 404],
    ['GET', '/facts', 200],
    ['GET', '/read-only', 200],
    ['GET', '/members', 401],
    ['POST', '/logout', 201],
    ['GET', '/nowhere', 404],
    ['POST', '/nowhere', 404],
  ])('leave nothing behind, and neither does a visitor without any: %s %s', async (method, path, status) => {
    await leaveNothing(async () => {
      for (let round = 0; round < SOME; round += SIDE_BY_SIDE) {
        const replies = await Promise.all(
          Array.from({ length: SIDE_BY_SIDE }, (_, n) => {
            const headers = n % 2 === 0 ? {} : { headers: { cookie: `session_id=${madeUp()}` } };
            return app.browser().request(path, { method, ...headers });
          }),
        );
        for (const reply of replies) expect([reply.status, reply.setCookies]).toEqual([status, []]);
      }
    });
  });

  it('leave nothing behind when something is stored: each visitor gets an id of ours', async () => {
    const sent = Array.from({ length: SOME }, madeUp);
    const given = new Set<string>();
    for (const id of sent) {
      const visitor = app.browser();
      visitor.cookies.set('session_id', id);
      await visitor.post('/notes', { a: 1 });
      given.add(visitor.cookies.get('session_id')!);
    }
    expect(given.size).toBe(SOME);
    for (const id of sent) {
      expect(given).not.toContain(id);
      expect(await store.load({ id: hashSessionId(id) })).toEqual({ status: 'missing' });
    }
    expect(app.nest.get(SessionEngine).locks.size).toBe(0);
    expect((await store.count?.()) ?? SOME).toBe(SOME);
  });

  it('leave nothing behind, however many there are', async () => {
    const sessions = app.nest.get(Sessions);
    const many = often(kind.isRemote ? 200 : 1_000);
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
