import { SessionNotLoadedError } from '../../lib/errors/index.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ownerOf } from '../../lib/session/object/session-owner.js';
import { SessionObject } from '../../lib/session/object/session.js';
import { EngineVisits, type Visit } from '../support/engine/engine-visits.js';

type Session = Visit['session'];

describe('a session that was not loaded', () => {
  const visits = new EngineVisits(new MemoryStore());

  it.each<[string, (session: Session) => unknown]>([
    ['get', (session) => session.get('a')],
    ['has', (session) => session.has('a')],
    ['set', (session) => session.set('a', 1)],
    ['delete', (session) => session.delete('a')],
    ['clear', (session) => session.clear()],
    ['pop', (session) => session.pop('a')],
    ['setDefault', (session) => session.setDefault('a', 1)],
    ['update', (session) => session.update({ a: 1 })],
    ['keys', (session) => session.keys()],
    ['values', (session) => session.values()],
    ['entries', (session) => session.entries()],
    ['entries', (session) => session[Symbol.iterator]()],
    ['entries', (session) => session.forEach(() => undefined)],
    ['size', (session) => session.size],
    ['data', (session) => session.data],
    ['id', (session) => session.id],
    ['missing', (session) => session.missing],
    ['isNew', (session) => session.isNew],
  ])('refuses %s, and the error names it', (member, use) => {
    const { session } = visits.visit();

    expect(() => use(session)).toThrow(SessionNotLoadedError);
    expect(() => use(session)).toThrow(new RegExp(`\\b${member}\\b`));
  });

  it('tells what needs no store, and shows nothing', () => {
    const { session } = visits.visit('as-it-came');

    expect([session.loaded, session.locked, session.regenerated, session.originalId]).toEqual([
      false,
      false,
      false,
      'as-it-came',
    ]);
    expect(JSON.stringify(session)).toBe('{}');
  });

  it('is loaded by the first step that needs it', async () => {
    const { session } = visits.visit(await visits.stored({ a: 1 }));
    await session.withLock(() => session.set('a', 2));

    expect([session.loaded, session.get('a')]).toEqual([true, 2]);
    expect(JSON.stringify(session)).toBe('{"there":true,"a":2}');
  });
});

describe('who opened a session', () => {
  const { unit } = new EngineVisits(new MemoryStore()).visit();
  const owner = { unit };
  const session = new SessionObject(owner);

  it('is found by the session', () => {
    expect(ownerOf(session)).toBe(owner);
  });

  it('is found by what inherits from the session: that works as the session does', () => {
    expect(ownerOf(Object.create(session))).toBe(owner);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'session'],
    ['a function', () => session],
    ['an object', {}],
  ])('is nobody for %s', (_, other) => {
    expect(ownerOf(other)).toBeUndefined();
  });
});
