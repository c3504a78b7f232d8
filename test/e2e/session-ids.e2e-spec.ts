import { Controller, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { storeKinds } from '../support/stores/stores.js';

@Controller()
class ReadsIdFirst {
  @Post('read-id') read(@Session() session: Session): string {
    const { id } = session;
    session.set('note', 'x');
    return id === session.id ? id : 'changed';
  }
}

/** Gives the ids one after the other, and goes on with the last one. */
function generatorOf(...ids: string[]): () => string {
  return () => (ids.length > 1 ? ids.shift()! : ids[0]!);
}

const TAKEN = 'taken-0123456789';
const FREE = 'free-0123456789-';

describe.each(PLATFORMS)('The id of a session, on %s', (platform) => {
  it('is 43 characters of base64url, another one for each visitor, and alone in the cookie whatever the data', async () => {
    const app = await startNotes({ platform });
    const seen = new Set<string>();
    for (let n = 0; n < 50; n += 1) {
      const reply = await app.browser().post('/notes', { text: 'x'.repeat(n * 10) });
      const { name, value } = parseCookieLine(reply.setCookies[0]);
      expect(name).toBe('session_id');
      expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
      seen.add(value);
    }
    expect(seen.size).toBe(50);
  });

  it('is stable from the first read of it, before anything is stored, and is the one in the cookie', async () => {
    const app = await startNotes({ platform, controllers: [ReadsIdFirst] });
    const visitor = app.browser();

    const { text: id, setCookies } = await visitor.post('/read-id');
    expect(parseCookieLine(setCookies[0]).value).toBe(id);
    expect((await visitor.get('/facts')).json()).toEqual({
      id,
      isNew: false,
      missing: false,
      originalId: id,
      regenerated: false,
    });
  });

  it('comes from generateId when there is one', async () => {
    const app = await startNotes({
      platform,
      sessions: { generateId: generatorOf('mine.0123456789~', 'mine.second.0123') },
    });
    const visitor = app.browser();

    await visitor.post('/notes', { a: 1 });
    expect(visitor.cookies.get('session_id')).toBe('mine.0123456789~');
    await visitor.post('/login');
    expect(visitor.cookies.get('session_id')).toBe('mine.second.0123');
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1, user: 'ann' });
  });

  it.each<[string, () => string]>([
    [
      'throws',
      () => {
        throw new Error('no entropy');
      },
    ],
    ['gives an id that a cookie cannot carry', () => 'with;semicolon-0123456789'],
    ['gives an id that can be guessed', () => '1'],
    ['gives no string', () => undefined as unknown as string],
  ])('is missing when generateId %s: an error, no cookie, nothing stored', async (_, generateId) => {
    const app = await startNotes({ platform, sessions: { generateId } });
    const reply = await app.browser().post('/notes', { a: 1 });

    expect(reply.status).toBe(500);
    expect(reply.setCookies).toEqual([]);
  });
});

describe.each(storeKinds)('A new id that is in use already, on $name,', (kind) => {
  it('is exchanged five times, and then the request fails, and the one who has it keeps its session', async () => {
    const ids = generatorOf(TAKEN, ...Array<string>(5).fill(TAKEN), FREE, TAKEN);
    const app = await startNotes({ sessions: { store: await freshStore(kind), generateId: ids } });
    const [first, second, third] = [app.browser(), app.browser(), app.browser()];

    await first.post('/notes', { owner: 'first' });
    expect((await second.post('/notes', { owner: 'second' })).status).toBe(201);
    const refused = await third.post('/notes', { owner: 'third' });

    expect(first.cookies.get('session_id')).toBe(TAKEN);
    expect(second.cookies.get('session_id')).toBe(FREE);
    expect([refused.status, refused.setCookies]).toEqual([500, []]);
    expect(app.logs.matching(/SessionIdCollisionError/)).toHaveLength(1);
    expect((await first.get('/notes')).json()).toEqual({ owner: 'first' });
  });

  it('is never exchanged behind the back of somebody who read it', async () => {
    const generateId = generatorOf(TAKEN, TAKEN, FREE);
    const app = await startNotes({
      controllers: [ReadsIdFirst],
      sessions: { store: await freshStore(kind), generateId },
    });
    await app.browser().post('/notes', { owner: 'first' });
    const reply = await app.browser().post('/read-id');

    expect([reply.status, reply.setCookies]).toEqual([500, []]);
    expect(app.logs.matching(/SessionIdCollisionError/)).toHaveLength(1);
  });

  it('is exchanged as well when it is the new one of regenerate()', async () => {
    const generateId = generatorOf(TAKEN, FREE, TAKEN, 'third-0123456789');
    const app = await startNotes({ sessions: { store: await freshStore(kind), generateId } });
    const [first, second] = [app.browser(), app.browser()];
    await first.post('/notes', { owner: 'first' });
    await second.post('/notes', { owner: 'second' });
    await second.post('/login');

    expect(second.cookies.get('session_id')).toBe('third-0123456789');
    expect((await second.get('/notes')).json()).toEqual({ owner: 'second', user: 'ann' });
    expect((await first.get('/notes')).json()).toEqual({ owner: 'first' });
  });
});
