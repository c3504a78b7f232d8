import { Controller, Get } from '@nestjs/common';
import { jest } from '@jest/globals';
import { LockSession, Session } from 'nestjs-sessions';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { systemClock } from '../../lib/session/clock.js';
import { SessionEngine } from '../../lib/session/session-engine.js';
import type { Browser } from '../support/http/browser.js';
import {
  callsOf,
  countWork,
  objectsOf,
  type Counted,
  type Work as CountedWork,
} from '../support/count-work/count-work.js';
import { TestApp } from '../support/http/test-app.js';

@Controller()
class Pages {
  @Get('public') show(): string {
    return 'public';
  }

  @Get('visit') visit(@Session() session: Session): number {
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return visits;
  }

  @Get('read') read(@Session() session: Session): number {
    return session.get('visits');
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session): number {
    return session.get('visits');
  }

  @Get('unlocked-visit') @LockSession('explicit') unlocked(@Session() session: Session): number {
    return this.visit(session);
  }
}

@Controller()
class Bare {
  @Get('bare') show(): string {
    return 'bare';
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Work {
  /** How often a session was made into text. */
  readonly serializations: number;
  readonly timers: number;
  readonly ids: number;
  readonly contexts: number;
  /** How often what a session takes was made. */
  readonly lives: number;
  /**
   * What was added to the request and the response. Each costs 4 us and 1.4 kB: Express gives them another prototype, after which
   * each addition makes a hidden class of its own.
   */
  readonly added: { readonly request: readonly string[]; readonly response: readonly string[] };
}

const NONE: Work = {
  ...{ serializations: 0, timers: 0, ids: 0, contexts: 0, lives: 0 },
  added: { request: [], response: [] },
};
const SESSION: Work = { ...NONE, lives: 1, added: { request: ['Symbol(nestjs-sessions)'], response: [] } };

describe('The work for one request', () => {
  let app: TestApp;
  let visitor: Browser;
  const setTimer = jest.fn(systemClock.setTimer);
  const generateId = jest.fn(() => String(Math.random()).slice(2).padEnd(43, 'x'));
  const stringify = jest.spyOn(JSON, 'stringify');
  const runInContext = jest.spyOn(AsyncLocalStorage.prototype, 'run');
  const open = jest.spyOn(SessionEngine.prototype, 'open');
  let last: Exchange;
  let without: Exchange;

  function rememberLast({ nest }: TestApp): void {
    const server = nest.getHttpServer() as Server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => (last = { request, response }));
  }

  beforeAll(async () => {
    const bare = await TestApp.start({ controllers: [Bare], sessions: false });
    rememberLast(bare);
    await bare.browser().get('/bare');
    without = last;
    await bare.close();
    app = await TestApp.start({ controllers: [Pages], sessions: { generateId, clock: { now: Date.now, setTimer } } });
    rememberLast(app);
  });
  beforeEach(async () => {
    visitor = app.browser();
    await visitor.get('/visit');
    await visitor.get('/visit');
  });
  afterAll(async () => {
    await app.close();
    jest.restoreAllMocks();
  });

  async function workFor(path: string, browser = visitor): Promise<Work> {
    for (const spy of [setTimer, generateId, stringify, runInContext, open]) spy.mockClear();
    expect((await browser.get(path)).status).toBe(200);
    return {
      // The data of a session have no prototype.
      serializations: stringify.mock.calls.filter(([value]) => isBag(value)).length,
      timers: setTimer.mock.calls.length,
      ids: generateId.mock.calls.length,
      contexts: runInContext.mock.calls.length,
      lives: open.mock.calls.length,
      added: {
        request: addedTo(last.request, without.request),
        response: addedTo(last.response, without.response),
      },
    };
  }

  it('is none for a route without the session, and nothing is added to its request and response', async () => {
    expect(await workFor('/public')).toEqual(NONE);
  });

  it('is no timer, to read: a store in memory answers before a deadline is set', async () => {
    expect(await workFor('/read-only')).toEqual(SESSION);
  });

  it('is no timer, to read under the lock: the lock has none of its own', async () => {
    expect(await workFor('/read')).toEqual(SESSION);
  });

  it('is one serialisation, to change under the lock', async () => {
    expect(await workFor('/visit')).toEqual({ ...SESSION, serializations: 1 });
  });

  it('is one serialisation, to change without the lock', async () => {
    expect(await workFor('/unlocked-visit')).toEqual({ ...SESSION, serializations: 1 });
  });

  it('is one id and one serialisation for a first visit', async () => {
    expect(await workFor('/visit', app.browser())).toEqual({ ...SESSION, serializations: 1, ids: 1 });
  });
});

function addedTo(object: object, without: object): string[] {
  const known = new Set(Reflect.ownKeys(without));
  return Reflect.ownKeys(object)
    .filter((key) => !known.has(key))
    .map(String);
}

function isBag(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

/** What one request of each kind may take. To take less is the aim: some 120 calls and 6 objects for a locked change. */
const BUDGETS: Readonly<Record<Counted, Budget>> = {
  'no session': { calls: 20, objects: 0, stringify: 0, parse: 0 },
  'read-only, a number': { calls: 175, objects: 6, stringify: 0, parse: 1 },
  'read-only, an object': { calls: 181, objects: 6, stringify: 1, parse: 1 },
  'locked, unchanged': { calls: 225, objects: 6, stringify: 1, parse: 1 },
  'locked, an object changed': { calls: 250, objects: 6, stringify: 1, parse: 1 },
  'first visit': { calls: 256, objects: 6, stringify: 1, parse: 0 },
};

interface Budget {
  /** Of functions of the library; the walk through the data that are checked is most of it where an object was changed. */
  readonly calls: number;
  /** Of classes of the library. */
  readonly objects: number;
  readonly stringify: number;
  readonly parse: number;
}

describe('The work of the compiled library for one request', () => {
  let counted: ReadonlyMap<Counted, CountedWork>;
  beforeAll(async () => {
    counted = await countWork();
  });

  it.each(Object.entries(BUDGETS) as [Counted, Budget][])('keeps to its budget: %s', (name, budget) => {
    const work = counted.get(name)!;
    const spent = { calls: callsOf(work), objects: objectsOf(work), ...work.json };
    const overspent = Object.entries(budget).filter(([what, limit]) => spent[what as keyof Budget] > Number(limit));

    expect({ overspent, spent }).toEqual({ overspent: [], spent });
  });
});
