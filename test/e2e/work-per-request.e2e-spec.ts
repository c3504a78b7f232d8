import { Controller, Get } from '@nestjs/common';
import { jest } from '@jest/globals';
import { LockSession, Session } from 'nestjs-sessions';
import { AsyncLocalStorage } from 'node:async_hooks';
import { systemClock } from '../../lib/session/clock.js';
import type { Browser } from '../support/browser.js';
import { TestApp } from '../support/test-app.js';

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

interface Work {
  /** How often a session was made into text. */
  readonly serializations: number;
  readonly timers: number;
  readonly ids: number;
  readonly contexts: number;
}

describe('The work for one request', () => {
  let app: TestApp;
  let visitor: Browser;
  const setTimer = jest.fn(systemClock.setTimer);
  const generateId = jest.fn(() => String(Math.random()).slice(2).padEnd(43, 'x'));
  const stringify = jest.spyOn(JSON, 'stringify');
  const runInContext = jest.spyOn(AsyncLocalStorage.prototype, 'run');

  beforeAll(async () => {
    app = await TestApp.start({ controllers: [Pages], sessions: { generateId, clock: { now: Date.now, setTimer } } });
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
    for (const spy of [setTimer, generateId, stringify, runInContext]) spy.mockClear();
    expect((await browser.get(path)).status).toBe(200);
    return {
      // The data of a session have no prototype.
      serializations: stringify.mock.calls.filter(([value]) => isBag(value)).length,
      timers: setTimer.mock.calls.length,
      ids: generateId.mock.calls.length,
      contexts: runInContext.mock.calls.length,
    };
  }

  it('is none for a route without the session', async () => {
    expect(await workFor('/public')).toEqual({ serializations: 0, timers: 0, ids: 0, contexts: 0 });
  });

  it('is the deadline of one operation, to read', async () => {
    expect(await workFor('/read-only')).toEqual({ serializations: 0, timers: 1, ids: 0, contexts: 0 });
  });

  it('is the deadlines of two operations, to read under the lock; the lock has no timer of its own', async () => {
    expect(await workFor('/read')).toEqual({ serializations: 0, timers: 2, ids: 0, contexts: 0 });
  });

  it('is one serialisation besides, to change under the lock', async () => {
    expect(await workFor('/visit')).toEqual({ serializations: 1, timers: 2, ids: 0, contexts: 0 });
  });

  it('is one serialisation besides, to change without the lock', async () => {
    expect(await workFor('/unlocked-visit')).toEqual({ serializations: 1, timers: 2, ids: 0, contexts: 0 });
  });

  it('is one id and one serialisation for a first visit', async () => {
    expect(await workFor('/visit', app.browser())).toEqual({ serializations: 1, timers: 1, ids: 1, contexts: 0 });
  });
});

function isBag(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}
