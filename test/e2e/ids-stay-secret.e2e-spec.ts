import { Controller, Get, Post } from '@nestjs/common';
import { LockSession, Session, type SessionsModuleOptions } from 'nestjs-sessions';
import { hashSessionId, shortHash } from '../../lib/session/session-id.js';
import type { Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { readTree } from '../support/documents/read-tree.js';
import { recordedStore } from '../support/stores/recorded-store.js';
import { storeKinds } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class Troubles {
  @Get('hold') async hold(@Session() session: Session): Promise<void> {
    session.set('held', true);
    await gate.pass();
  }

  @Post('boom') boom(@Session() session: Session): void {
    session.set('lost', true);
    throw new Error('boom');
  }

  @Post('read-only') @LockSession('read-only') readOnly(@Session() session: Session): void {
    session.set('refused', true);
  }

  @Post('quit') @LockSession('explicit') async quit(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Post('date') date(@Session() session: Session): void {
    session.set('since', new Date());
  }
}

/** Everything that can happen to a session, so that every log line and every error is written. */
async function liveThroughAll(app: TestApp): Promise<{ ids: string[]; replies: Reply[] }> {
  const [visitor, thief] = [app.browser(), app.browser()];
  const ids: string[] = [];
  const replies: Reply[] = [];
  const note = (reply: Reply): void => {
    replies.push(reply);
    ids.push(...visitor.cookies.values());
  };
  note(await visitor.post('/notes', { a: 1 }));
  for (const path of ['/boom', '/read-only', '/date', '/login']) note(await visitor.post(path));

  const isolated = visitor.clone();
  const holder = isolated.get('/hold');
  await gate.reached;
  note(await visitor.get('/notes'));
  note(await visitor.post('/quit'));
  gate.open();
  replies.push(await holder);

  thief.cookies.set('session_id', ids[0]!);
  replies.push(await thief.post('/notes', { stolen: true }));
  return { ids: [...new Set(ids)], replies };
}

describe.each(storeKinds)('A session id, on $name,', (kind) => {
  beforeEach(() => (gate = new Gate()));

  it.each<[string, SessionsModuleOptions]>([
    ['plain', {}],
    ['signed', { secret: 'keyboard cat' }],
  ])('is nowhere but in the cookie: not in the store, the log or an answer (%s)', async (_, options) => {
    const place = await preparePlace(kind);
    const { store, calls } = recordedStore(place.open());
    const sessions = { store, debug: true, lock: { wait: 100 }, ...options };
    const app = await startNotes({ controllers: [Troubles], sessions });
    const { ids: cookies, replies } = await liveThroughAll(app);
    const ids = cookies.map((cookie) => /[A-Za-z0-9_-]{43}/.exec(cookie)![0]);
    const directory = /^file:(.*)/.exec(place.spec)?.[1];
    const disk = directory === undefined ? [] : [...(await readTree(directory)).entries()].flat();

    expect(ids).toHaveLength(2);
    expect(replies.map(({ status }) => status)).toEqual([201, 500, 500, 500, 201, 503, 201, 409, 409]);
    const places = {
      store: calls.join('\n'),
      disk: disk.join('\n'),
      log: app.logs.text,
      answers: replies.map(({ text, headers }) => text + JSON.stringify(withoutCookies(headers))).join('\n'),
    };
    for (const id of ids) {
      const hash = hashSessionId(id);
      expect(leaksOf(id, places)).toEqual([]);
      expect(leaksOf(hash, { log: places.log, answers: places.answers })).toEqual([]);
      // The places are the right ones: this is how a session is known there.
      expect(places.store).toContain(hash);
      expect(places.log).toContain(shortHash(hash));
    }
  });
});

function leaksOf(secret: string, places: Record<string, string>): string[] {
  return Object.keys(places).filter((name) => places[name]!.includes(secret));
}

function withoutCookies(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => name !== 'set-cookie');
}
