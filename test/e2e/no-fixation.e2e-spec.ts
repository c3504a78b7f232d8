import { MemoryStore, minutes, type StoreContext } from 'nestjs-sessions';
import { generateSessionId } from '../../lib/session/session-id.js';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { recordedStore } from '../support/stores/recorded-store.js';
import type { TestApp } from '../support/http/test-app.js';

function visitorWith(app: TestApp, id: string): Browser {
  const visitor = app.browser();
  visitor.cookies.set('session_id', id);
  return visitor;
}

/** Remembers what has expired, as a store does between two clean-ups. */
class SlowToForget extends MemoryStore {
  override start(context: StoreContext): Promise<void> {
    return super.start({ ...context, clock: { ...context.clock, now: () => 0, monotonic: () => 0 } });
  }
}

describe.each(PLATFORMS)('An id that is not ours, on %s', (platform) => {
  it('is never adopted: whoever stores something gets another one, and nothing is stored under the one that was sent', async () => {
    const app = await startNotes({ platform, sessions: { store: distantMemory() } });
    for (let n = 0; n < 20; n += 1) {
      const sent = generateSessionId();
      const visitor = visitorWith(app, sent);
      expect((await visitor.post('/notes', { n })).status).toBe(201);

      expect(visitor.cookies.get('session_id')).not.toBe(sent);
      expect((await visitor.get('/notes')).json()).toEqual({ n });
      expect((await visitorWith(app, sent).get('/notes')).json()).toEqual({});
    }
  });

  it('leaves nothing behind when it is only read: no session, no lock, no cookie, one look into the store', async () => {
    const { store, calls } = recordedStore(distantMemory());
    const app = await startNotes({ platform, sessions: { store } });
    calls.splice(0);
    for (let n = 0; n < 20; n += 1) {
      const reply = await visitorWith(app, generateSessionId()).get('/facts');
      expect(reply.json()).toMatchObject({ isNew: true, missing: true });
      expect(reply.setCookies).toEqual([]);
    }
    const answers = calls.filter((call) => call.includes('answers'));
    expect(answers).toEqual(Array(20).fill('tryLock answers {"status":"missing"}'));
  });

  it('is of no use to the one who planted it, once the visitor has logged in', async () => {
    const app = await startNotes({ platform, sessions: { store: distantMemory() } });
    const attacker = app.browser();
    await attacker.post('/notes', { planted: true });
    const victim = attacker.clone();
    await victim.post('/login');

    expect((await victim.get('/notes')).json()).toEqual({ planted: true, user: 'ann' });
    expect((await attacker.get('/notes')).json()).toEqual({});
  });

  it('has expired: then it is as unknown as any other, and its data are gone', async () => {
    let now = Date.UTC(2030, 0, 1);
    const store = distantMemory();
    const app = await startNotes({ platform, sessions: { store, timeout: minutes(10), clock: { now: () => now } } });
    const visitor = app.browser();
    await visitor.post('/notes', { old: true });
    const sent = visitor.cookies.get('session_id')!;
    now += minutes(10);

    expect((await visitor.get('/facts')).json()).toMatchObject({ isNew: true, missing: true, originalId: sent });
    expect((await visitor.post('/notes', { young: true })).json()).toEqual({ young: true });
    expect(visitor.cookies.get('session_id')).not.toBe(sent);
  });
});

describe.each(PLATFORMS)('An id that has expired, in a store that has not forgotten it,, on %s', (platform) => {
  it.each(['implicit', 'explicit'] as const)('is unknown all the same (%s)', async (locking) => {
    let now = Date.UTC(2030, 0, 1);
    const { store, calls } = recordedStore(new SlowToForget());
    const app = await startNotes({
      platform,
      sessions: { store, locking, timeout: minutes(10), clock: { now: () => now } },
    });
    const visitor = app.browser();
    await visitor.post('/notes', { old: true });
    const sent = visitor.cookies.get('session_id')!;
    now += minutes(10) - 1;
    expect((await visitor.clone().get('/facts')).json()).toMatchObject({ isNew: false });
    now += minutes(10);
    calls.splice(0);

    expect((await visitor.get('/notes')).json()).toEqual({});
    expect(calls.join()).toMatch(locking === 'implicit' ? /"acquired"/ : /"found"/);
    expect((await visitor.post('/notes', { young: true })).json()).toEqual({ young: true });
    expect(visitor.cookies.get('session_id')).not.toBe(sent);
  });
});
