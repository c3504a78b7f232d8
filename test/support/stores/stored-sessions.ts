import { minutes, SessionStore } from 'nestjs-sessions';
import { createHash } from 'node:crypto';
import { generateSessionId } from '../../../lib/session/session-id.js';
import type { Browser } from '../http/browser.js';
import type { TestApp } from '../http/test-app.js';

/** What stores see of an id. */
export function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** The id that the browser sends. */
export function idOf({ cookies }: Browser): string {
  return cookies.get('session_id') ?? '';
}

/** The store loses the session, as by an eviction or a flush: no tombstone stays. */
export async function loseRecord(app: TestApp, id: string): Promise<void> {
  const store = app.nest.get(SessionStore);
  await store.delete({ id: hashOf(id), tombstoneUntil: 1 });
  expect(await store.load({ id: hashOf(id) })).toEqual({ status: 'missing' });
}

/** A visitor whose record holds this text. */
export async function visitorWithRecord(app: TestApp, data: string, now = Date.now()): Promise<Browser> {
  const visitor = app.browser();
  const id = generateSessionId();
  visitor.cookies.set('session_id', id);
  const record = { data, createdAt: now, expiresAt: now + minutes(60) };
  await app.nest.get(SessionStore).create({ id: hashOf(id), record });
  return visitor;
}
