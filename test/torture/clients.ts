import { setTimeout as sleep } from 'node:timers/promises';
import type { Fate, History } from './history.js';
import type { SharedSession } from './shared-session.js';
import type { Exchange, Wire } from './wire.js';

export interface ClientTools {
  readonly wire: Wire;
  readonly history: History;
  readonly random: () => number;
  readonly isOver: () => boolean;
}

/** One of a hundred leaves before it has its answer. */
function patienceOf(random: () => number): number {
  return random() < 0.01 ? 1 + random() * 20 : 30_000;
}

/** Counts up under the lock, or by another route that has none. */
export async function countUp(session: SharedSession, route: string, tools: ClientTools): Promise<void> {
  const { wire, history, random, isOver } = tools;
  while (!isOver()) {
    const { name, id } = session;
    const { losses } = history;
    const path = `/${route}?pause=${Math.floor(random() * 4)}`;
    const exchange = await wire.send('POST', path, random, { id, patience: patienceOf(random) });
    const { sent, ended, answer } = exchange;
    const fate = knownFate(exchange, losses === history.losses);
    const value = fate === 'acknowledged' ? { value: Number(answer?.text) } : {};
    history.count({ session: name, sent, ended, fate, ...value });
    await afterwards(session, name, exchange);
  }
}

/** Writes one key that is its own, without the lock. */
export async function writeKey(session: SharedSession, key: string, tools: ClientTools): Promise<void> {
  const { wire, history, random, isOver } = tools;
  for (let value = 1; !isOver(); value += 1) {
    const { name, id } = session;
    const { losses } = history;
    const path = `/keys/${key}?value=${value}&pause=${Math.floor(random() * 10)}`;
    const exchange = await wire.send('POST', path, random, { id, patience: patienceOf(random) });
    const { sent, ended, answer } = exchange;
    const fate = knownFate(exchange, losses === history.losses);
    const before = fate === 'acknowledged' ? { before: Number(answer?.text) } : {};
    history.writes.push({ session: name, key, value, sent, ended, fate, ...before });
    await afterwards(session, name, exchange);
    await sleep(random() * 30);
  }
}

/**
 * A request whose session is gone when it writes is answered as ever, for what it changed has no place any more: where the store
 * was made to forget meanwhile, an answer acknowledges nothing.
 */
function knownFate({ fate }: Exchange, isRemembered: boolean): Fate {
  return fate === 'acknowledged' && !isRemembered ? 'unknown' : fate;
}

async function afterwards(session: SharedSession, name: string, { answer, fate }: Exchange): Promise<void> {
  if (answer?.status === 410) await session.isLost(name);
  // Whoever is turned away does not knock again at once.
  if (fate !== 'acknowledged') await sleep(10);
}
