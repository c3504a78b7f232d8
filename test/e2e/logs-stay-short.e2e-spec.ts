import { Controller, Get, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { LockSession, MemoryStore, minutes, Session, type SessionsModuleOptions } from 'nestjs-sessions';
import { once } from 'node:events';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { TestApp } from '../support/http/test-app.js';

const REQUESTS = 300;
const AT_A_TIME = 20;
/** A few lines, whatever they say: it was a stack for each request. */
const MOST_LINES = 8;
const MOST_CHARACTERS = 8_000;

let gate = new Gate();

@Controller()
class Pages {
  @Post('hold') async hold(@Session() session: Session): Promise<void> {
    session.set('held', true);
    await gate.pass();
  }

  @Get('visit') visit(@Session() session: Session): void {
    session.set('visits', 1);
  }

  @Get('late') @LockSession('explicit') async late(
    @Session() session: Session,
    @Res() response: Response,
  ): Promise<void> {
    const finished = once(response, 'finish');
    response.send('done');
    await finished;
    session.set('late', true);
  }

  @Get('not-awaited') notAwaited(@Session() session: Session): void {
    session.set('visits', 1);
    void session.save();
  }
}

describe(`${REQUESTS} requests`, () => {
  let store: ObservedStore;
  let app: TestApp;
  let browser: Browser;
  let holding: Promise<unknown> | undefined;

  async function start(options: SessionsModuleOptions = {}): Promise<void> {
    gate = new Gate();
    store = new ObservedStore(new MemoryStore());
    app = await startNotes({ controllers: [Pages], sessions: { store, ...options } });
    browser = app.browser();
    await browser.post('/notes', { user: 'ann' });
    app.logs.lines.length = 0;
  }

  /** Somebody has the lock until the gate is opened. */
  async function hold(): Promise<void> {
    holding = browser.clone().post('/hold');
    await gate.reached;
  }

  afterEach(async () => {
    gate.open();
    await holding;
  });

  /** Sends them all, each with the same cookie, and gives the statuses that were sent. */
  async function flood(path: string): Promise<number[]> {
    const statuses = new Set<number>();
    const client = async (): Promise<void> => {
      for (let n = 0; n < REQUESTS / AT_A_TIME; n += 1) statuses.add((await browser.clone().get(path)).status);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, client));
    return [...statuses];
  }

  function expectShortLog(): void {
    const { lines, text } = app.logs;
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
    expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
  }

  it('that lock.maxWaiters refuses are a few lines of log', async () => {
    await start({ lock: { wait: minutes(5), maxWaiters: 0 } });
    await hold();

    expect(await flood('/visit')).toEqual([503]);
    expectShortLog();
  });

  it('that wait for the lock in vain are a few lines of log', async () => {
    await start({ lock: { wait: 1 } });
    await hold();

    expect(await flood('/visit')).toEqual([503]);
    expectShortLog();
  });

  it('that meet a store which is down are a few lines of log', async () => {
    await start();
    store.breakDown();

    expect(await flood('/visit')).toEqual([503]);
    expectShortLog();
  });

  it('whose commit fails are a few lines of log', async () => {
    await start();
    store.before('update', () => Promise.reject(new Error('disk full')));

    expect(await flood('/visit')).toEqual([503]);
    expectShortLog();
  });

  it('whose save() is not awaited and fails are a few lines of log', async () => {
    await start();
    store.before('update', () => Promise.reject(new Error('disk full')));

    expect(await flood('/not-awaited')).toEqual([503]);
    expectShortLog();
  });

  it('that change a session which is gone are a few lines of log', async () => {
    await start();
    const late = browser.clone();
    await browser.post('/logout');
    browser = late;

    expect(await flood('/visit')).toEqual([409]);
    expectShortLog();
  });

  it('that change their session after the reply are a few lines of log', async () => {
    await start();

    expect(await flood('/late')).toEqual([200]);
    expectShortLog();
    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann' });
  });
});
