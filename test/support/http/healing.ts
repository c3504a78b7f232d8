import { Controller, Post } from '@nestjs/common';
import { Session, type SessionStore } from 'nestjs-sessions';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../basics/within.js';
import { hashOf, idOf } from '../stores/stored-sessions.js';
import type { Browser } from './browser.js';
import { ErrorBook, LEFT_ALONE } from './error-book.js';
import { TestApp } from './test-app.js';

/*
 * Visitors who change their sessions again and again while something happens to the store: how many of them notice, and for how
 * long. `NESTJS_SESSIONS_FIGURES=1 npm test -- test/e2e/healing` prints the rows of docs/healing.md.
 */

export const VISITORS = 10;
const areFiguresWanted = process.env['NESTJS_SESSIONS_FIGURES'] !== undefined;
/** For the figures the default. Elsewhere more: whether it heals is tested, and not how fast the machine is. */
export const STORE_TIMEOUT = areFiguresWanted ? 2_000 : 8_000;
/** Of a store that has a deadline of its own, as much longer as by default. */
export const OPERATION_TIMEOUT = STORE_TIMEOUT + 500;
/** How long what takes a while is made to last, in milliseconds. */
export const OUTAGE = 1_000;

/** When visits that have been answered were sent. */
const answered: number[] = [];

/** So long, and until visitors have met it, who set out when it had begun. */
export async function outage(): Promise<void> {
  const began = performance.now();
  await pause(OUTAGE);
  await until('visits during the outage', () => answered.filter((sentAt) => sentAt > began).length >= 2 * VISITORS);
}

/** In every session, and nowhere else. */
const SECRET = 'what-only-the-visitor-may-see';

interface VisitedSession {
  visits: number;
  secret: string;
  /** Longer with every visit. */
  trail: string;
}

@Controller()
class VisitedController {
  @Post('visits') visit(@Session() session: Session<VisitedSession>): number {
    const visits = (session.get('visits') ?? 0) + 1;
    session.update({ visits, secret: SECRET, trail: '.'.repeat(visits) });
    return visits;
  }
}

export interface Fault<Place = void> {
  readonly name: string;
  /** Settles when the fault is over: what fails afterwards is what the store has to answer for. */
  inject(place: Place): Promise<unknown>;
  /** Requests that may fail although they were sent after it was over; none when it is left out. */
  readonly mayFail?: number;
  /** What the log says of it, in words. */
  readonly says?: RegExp;
  /** The store forgets its sessions by it, as this backend may. */
  readonly forgets?: boolean;
}

interface Visit {
  readonly status: number;
  readonly text: string;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Visits before, during and after a fault, and what is expected of all stores. */
export async function expectHealing(
  store: SessionStore,
  { name, inject, mayFail = 0, says, forgets = false }: Fault,
  secrets: readonly string[] = [],
): Promise<void> {
  let errors: ErrorBook | undefined;
  const app = await TestApp.start({
    controllers: [VisitedController],
    configure: (nest) => void (errors = ErrorBook.of(nest)),
    sessions: { store, storeTimeout: STORE_TIMEOUT },
  });
  const visitors = Array.from({ length: VISITORS }, () => app.browser());
  // On a machine that is slow the first visit may pass its deadline.
  const hasSession = async (visitor: Browser): Promise<boolean> => (await visit(visitor)).status === 201;
  await Promise.all(visitors.map((visitor) => until('a session', () => hasSession(visitor))));
  const ids = visitors.map(idOf);
  const visits: Visit[] = [];

  const state = { isOver: false };
  const visiting = visitors.map(async (visitor) => {
    while (!state.isOver) {
      visits.push(await visit(visitor));
      await pause(20);
    }
  });
  let over = Infinity;
  const servedSince = (): Visit[] => visits.filter(({ sentAt, status }) => status === 201 && sentAt > over);
  try {
    await inject();
    over = performance.now();
    await until(`healing when ${name}`, () => servedSince().length >= 3 * VISITORS);
  } finally {
    state.isOver = true;
    await Promise.all(visiting);
    await app.close();
  }
  const stayed = visitors.map(idOf);

  const failed = visits.filter(({ status }) => status !== 201);
  const after = failed.filter(({ sentAt }) => sentAt > over);
  const served = visits.filter(({ status, answeredAt }) => status === 201 && answeredAt > over);
  printRow(name, [
    String(failed.length - after.length),
    String(after.length),
    seconds(Math.min(...served.map(({ answeredAt }) => answeredAt - over))),
    seconds(Math.max(...served.map(({ sentAt, answeredAt }) => answeredAt - sentAt))),
  ]);
  // What is forgotten in the middle of a request cannot be written any more.
  const expected = forgets ? [503, 409] : [503];
  expect(failed.filter(({ status }) => !expected.includes(status))).toEqual([]);
  // On a machine that is slow, more than five deadlines may pass: then the store is left alone for a second.
  const leftAlone = errors?.matching(LEFT_ALONE).length ?? 0;
  // The log says why they failed.
  expect(after.length > mayFail + leftAlone ? `${after.length} failed: ${app.logs.text}` : '').toBe('');
  if (!forgets) expect(stayed).toEqual(ids);
  if (says !== undefined) expect(app.logs.text).toMatch(says);
  const shown = [app.logs.text, ...failed.map(({ text }) => text)].join('\n');
  expect([...ids, ...ids.map(hashOf), SECRET, ...secrets].filter((secret) => shown.includes(secret))).toEqual([]);
}

async function visit(visitor: Browser): Promise<Visit> {
  const sentAt = performance.now();
  const { status, text } = await visitor.post('/visits');
  answered.push(sentAt);
  return { status, text, sentAt, answeredAt: performance.now() };
}

function seconds(milliseconds: number): string {
  return `${(Math.ceil(milliseconds / 100) / 10).toFixed(1)} s`;
}

function printRow(name: string, figures: readonly string[]): void {
  if (areFiguresWanted) {
    process.stderr.write(`| ${[name, ...figures].join(' | ')} |\n`);
  }
}
