import type { ModuleMetadata, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Session, SessionsModuleOptions } from 'nestjs-sessions';
import { SESSION } from 'nestjs-sessions/express-session';
import { HttpSession } from '../../../lib/http/http-session.js';
import { ownerOf } from '../../../lib/session/object/session-owner.js';
import { PLATFORMS, type Platform } from '../http/platforms.js';

/** One way in which an application answers a request, and in which it counts `n` up in the session on the way. */
export interface HandlerShape {
  readonly name: string;
  readonly platform: Platform;
  readonly path: string;
  readonly method: string;
  /** Of the reply when nothing fails. */
  readonly status: number;
  /** Whether the headers are written before the body is complete: a commit that fails can only cut the connection. */
  readonly isStreamed: boolean;
  /** Whether the application answers errors of the handler by itself, also that of a session that cannot be loaded. */
  readonly answersErrors: boolean;
  /** Whether an exception filter can answer when the commit has failed: after `hijack()` none can. */
  readonly reachesFilters: boolean;
  readonly controllers: Type[];
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  readonly sessions: SessionsModuleOptions;
  readonly configure: (app: NestExpressApplication) => void;
}

type Details = Partial<Omit<HandlerShape, 'name' | 'path'>>;

const PLAIN = {
  platform: 'express' as const,
  method: 'GET',
  status: 200,
  isStreamed: false,
  answersErrors: false,
  reachesFilters: true,
  controllers: [],
  imports: [],
  sessions: {},
  configure: (): void => undefined,
};

/** Makes the shapes of one group. What `common` says holds for each, unless the shape says something else. */
export function shapesOf(common: Details, shapes: readonly (readonly [string, string, Details?])[]): HandlerShape[] {
  return shapes.map(([name, path, own]) => ({ name, path, ...PLAIN, ...common, ...own }));
}

/** The same ones where the application runs on Fastify, as far as the tests run there; but for some, by their names. */
export function onFastify(shapes: readonly HandlerShape[], ...without: readonly string[]): HandlerShape[] {
  return shapes
    .filter(({ name }) => PLATFORMS.includes('fastify') && !without.includes(name))
    .map((shape) => ({ ...shape, name: `${shape.name}, on Fastify`, platform: 'fastify' as const }));
}

/**
 * Reads and writes in one step: it loses an update only when the session is not locked from its load to its commit. In
 * express-session's manner it does so by the properties of what `request.session` is.
 */
export function count(session: Session): { n: number } {
  const shown = compatibleOf(session);
  const n = (shown === undefined ? session.get('n') : shown.n) ?? 0;
  if (shown === undefined) {
    session.set('n', n + 1);
  } else {
    shown.n = n + 1;
  }
  return { n: n + 1 };
}

function compatibleOf(session: Session): { n?: number } | undefined {
  const owner = ownerOf(session);
  return owner instanceof HttpSession ? owner.compatible : undefined;
}

/** The session, for code that sees the request alone, in whatever manner it is shown there. */
export function sessionOf(request: unknown): Session {
  const { session } = request as { session: Session & { readonly [SESSION]?: Session } };
  return session[SESSION] ?? session;
}

/** Counts in code that nobody has loaded the session for. */
export async function loadAndCount(request: unknown): Promise<{ n: number }> {
  const session = sessionOf(request);
  await session.load();
  return count(session);
}
