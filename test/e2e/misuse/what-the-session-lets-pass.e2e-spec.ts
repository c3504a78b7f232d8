import { jest } from '@jest/globals';
import { instanceToPlain } from 'class-transformer';
import { Controller, Get, Req, UseInterceptors, ClassSerializerInterceptor } from '@nestjs/common';
import { CurrentSession, Session, type SessionObject } from 'nestjs-sessions';
import { createTestSession } from 'nestjs-sessions/testing';
import { format, inspect } from 'node:util';
import { startNotes } from '../../support/http/notes-app.js';

/** As lodash does it: walks through both, and assigns to the first. */
function merge(target: Record<string, unknown>, source: object): Record<string, unknown> {
  for (const key in source) {
    const value: unknown = Reflect.get(source, key);
    const isDeep = typeof value === 'object' && value !== null;
    target[key] = isDeep ? merge({}, value) : value;
  }
  return target;
}

/** Each keeps what it has made of a session out of the way: what matters is that it throws nothing. */
const WALKS: readonly [string, (session: object) => unknown][] = [
  ['JSON.stringify', (session) => JSON.stringify({ session })],
  ['util.inspect', (session) => inspect(session, { showHidden: true, depth: 5, getters: false })],
  ['util.format', (session) => format('%o %j %s', session, session, session)],
  ['spread', (session) => ({ ...session })],
  ['Object.assign into another object', (session) => Object.assign({}, session)],
  [
    'Object.keys, entries and descriptors',
    (session) => [Object.entries(session), Object.getOwnPropertyDescriptors(session)],
  ],
  ['for in', (session) => merge({}, session)],
  ['merge into another object', (session) => merge({ a: 1 }, { request: { session } })],
  ['instanceToPlain', (session) => instanceToPlain(session)],
  ['instanceToPlain, within an object', (session) => instanceToPlain({ session })],
  ['String()', (session) => Object.prototype.toString.call(session)],
  ['in', (session) => ['visits' in session, 'get' in session, Symbol.iterator in session]],
  ['reading what is no member', (session) => [Reflect.get(session, 'visits'), Reflect.get(session, 'then')]],
  ['Object.isFrozen', (session) => [Object.isFrozen(session), Object.isExtensible(session)]],
  ['await', async (session) => session],
];

let walk: (session: object) => unknown = () => undefined;

@Controller()
class Pages {
  constructor(private readonly current: CurrentSession) {}

  @Get('taken') async taken(@Session() session: Session): Promise<string> {
    await walk(session);
    session.set('visits', 1);
    return inspect(session);
  }

  @Get('untouched') async untouched(@Req() { session }: { session: SessionObject }): Promise<string> {
    await walk(session);
    return 'done';
  }

  @Get('current') async currentSession(): Promise<string> {
    await walk(this.current);
    return 'done';
  }

  @Get('serialised') @UseInterceptors(ClassSerializerInterceptor) serialised(@Session() session: Session): object {
    return { session };
  }
}

describe('A session lets pass', () => {
  it.each(WALKS)('%s', async (_, theWalk) => {
    walk = theWalk;
    const app = await startNotes({ controllers: [Pages], sessions: { currentSession: true } });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    const paths = ['/taken', '/untouched', '/current', '/serialised'];
    const replies = await Promise.all(paths.map((path) => visitor.get(path)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const { text } of replies) expect(text).not.toContain(visitor.cookies.get('session_id'));
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', visits: 1 });
  });

  it('properties under symbols, as libraries mark objects', () => {
    const session = createTestSession({ user: 'ann' });
    const mark = Symbol('mark');

    Reflect.set(session, mark, 1);
    expect(Reflect.get(session, mark)).toBe(1);
    expect(Reflect.deleteProperty(session, mark)).toBe(true);
    expect(session.data).toEqual({ user: 'ann' });
  });

  it('Object.defineProperty, which nobody writes by mistake', () => {
    const session = createTestSession();

    Object.defineProperty(session, 'traced', { value: true, configurable: true });
    expect(Reflect.get(session, 'traced')).toBe(true);
  });

  it('spies over its members, and their end', async () => {
    const session = createTestSession({ user: 'ann' });
    const get = jest.spyOn(session, 'get').mockReturnValue('bob');
    const save = jest.spyOn(session, 'save').mockResolvedValue();

    expect(session.get('user')).toBe('bob');
    await session.save();
    expect([get.mock.calls, save.mock.calls]).toEqual([[['user']], [[]]]);
    get.mockRestore();
    save.mockRestore();
    expect(session.get('user')).toBe('ann');
  });

  it('a plain function over a member', () => {
    const session = createTestSession({ user: 'ann' });
    session.get = () => 'bob';

    expect(session.get('user')).toBe('bob');
  });
});
