import type { SessionTransport } from '../../lib/session/session-transport.js';
import { SessionObject } from '../../lib/session/object/session.js';
import { ask } from '../torture/torture-client.js';
import type { SoakApp } from './soak-app.js';
import type { Layer } from './soak-options.js';

/** What a visitor does, one way or another. */
export interface Visitor {
  /** Returns the id. */
  arrive(): Promise<string>;
  /** Counts up under the lock. */
  count(id: string): Promise<unknown>;
  leave(id: string): Promise<unknown>;
}

export function visitorOf({ url, engine }: SoakApp, layer: Layer): Visitor {
  return layer === 'http' ? overHttp(url) : throughEngine(engine);
}

/** One short life: it begins, is used, twice at the same time, and ends; every second one is left to expire. */
export async function live(visitor: Visitor, number: number): Promise<void> {
  const id = await visitor.arrive();
  await visitor.count(id);
  await Promise.all([visitor.count(id), visitor.count(id)]);
  if (number % 2 === 0) await visitor.leave(id);
}

function overHttp(url: string): Visitor {
  const post = async (path: string, id?: string): Promise<string> => {
    const reply = await ask({ method: 'POST', url: url + path, id, patience: 60_000 });
    if (typeof reply !== 'string' && reply.status < 300) return reply.id ?? '';
    throw new Error(`${path}: ${typeof reply === 'string' ? reply : `${reply.status} ${reply.text}`}`);
  };
  return {
    arrive: () => post('/start'),
    count: (id) => post('/counts?pause=0', id),
    leave: (id) => post('/logout', id),
  };
}

function throughEngine(engine: SoakApp['engine']): Visitor {
  const visit = async (
    id: string | undefined,
    work: (session: SessionObject<Record<string, unknown>>) => unknown,
  ): Promise<string> => {
    const unit = engine.open(transportOf(id));
    const session = new SessionObject<Record<string, unknown>>({ unit });
    await session.load();
    await work(session);
    await unit.commit();
    return session.id;
  };
  return {
    arrive: () => visit(undefined, (session) => session.set('count', 0)),
    count: (id) => visit(id, (session) => session.set('count', Number(session.get('count')) + 1)),
    leave: (id) => visit(id, (session) => session.destroy()),
  };
}

/** What an HTTP request would be to the engine. */
function transportOf(id: string | undefined): SessionTransport {
  return {
    cookieHeader: id === undefined ? undefined : `session_id=${id}`,
    route: 'POST /soak',
    renewsExpiry: true,
    hasSentHeaders: false,
    cookieObstacle: () => undefined,
    onFirstLoad: () => undefined,
  };
}
