import { Controller, Get } from '@nestjs/common';
import { jest } from '@jest/globals';
import { LockSession, Session } from 'nestjs-sessions';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { systemClock } from '../../lib/session/clock.js';
import { SessionEngine } from '../../lib/session/session-engine.js';
import type { Browser } from '../support/browser.js';
import { TestApp } from '../support/test-app.js';

@Controller()
class Pages {
  @Get('public') show(): string {
    return 'public';
  }

  @Get('bare') bare(): string {
    return 'bare';
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
  readonly added: readonly PropertyKey[];
}

const NONE: Work = { serializations: 0, timers: 0, ids: 0, contexts: 0, lives: 0, added: ['session'] };
const SESSION: Work = { ...NONE, lives: 1, added: ['session', 'writeHead', 'end'] };

describe('The work for one request', () => {
  let app: TestApp;
  let visitor: Browser;
  const setTimer = jest.fn(systemClock.setTimer);
  const generateId = jest.fn(() => String(Math.random()).slice(2).padEnd(43, 'x'));
  const stringify = jest.spyOn(JSON, 'stringify');
  const runInContext = jest.spyOn(AsyncLocalStorage.prototype, 'run');
  const open = jest.spyOn(SessionEngine.prototype, 'open');
  let last: readonly [IncomingMessage, ServerResponse];
  let ofExpress: ReadonlySet<PropertyKey>;

  beforeAll(async () => {
    app = await TestApp.start({
      controllers: [Pages],
      sessions: { generateId, clock: { now: Date.now, setTimer }, exclude: ['bare'] },
    });
    const server = app.nest.getHttpServer() as Server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => (last = [request, response]));
    await app.browser().get('/bare');
    ofExpress = new Set(last.flatMap(Reflect.ownKeys));
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
      added: last.flatMap(Reflect.ownKeys).filter((key) => !ofExpress.has(key)),
    };
  }

  it('is none for a route without the session, but that the session is on the request', async () => {
    expect(await workFor('/public')).toEqual(NONE);
  });

  it('is the deadline of one operation, to read', async () => {
    expect(await workFor('/read-only')).toEqual({ ...SESSION, timers: 1 });
  });

  it('is the deadlines of two operations, to read under the lock; the lock has no timer of its own', async () => {
    expect(await workFor('/read')).toEqual({ ...SESSION, timers: 2 });
  });

  it('is one serialisation besides, to change under the lock', async () => {
    expect(await workFor('/visit')).toEqual({ ...SESSION, serializations: 1, timers: 2 });
  });

  it('is one serialisation besides, to change without the lock', async () => {
    expect(await workFor('/unlocked-visit')).toEqual({ ...SESSION, serializations: 1, timers: 2 });
  });

  it('is one id and one serialisation for a first visit', async () => {
    expect(await workFor('/visit', app.browser())).toEqual({ ...SESSION, serializations: 1, timers: 1, ids: 1 });
  });
});

function isBag(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}
