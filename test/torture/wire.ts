import type { Fate } from './history.js';
import { ask, type Answer, type Question, type Reply } from './torture-client.js';

/** What clients may be answered while a store, a process or a lock fails them. */
const EXPECTED = [200, 201, 409, 410, 503];

export interface Exchange {
  readonly sent: number;
  readonly ended: number;
  readonly fate: Fate;
  /** When one came. */
  readonly answer: Answer | undefined;
}

/** The way from the clients to the processes: to any of them, and not always to the end. */
export class Wire {
  /** How often each status, or none, was answered. */
  readonly tally = new Map<string, number>();
  /** Of statuses that nobody should see. */
  readonly unexpected: string[] = [];

  constructor(private readonly urls: () => readonly string[]) {}

  /** `random` decides who serves it. */
  async send(
    method: Question['method'],
    path: string,
    random: () => number,
    { id, patience = 30_000 }: { id?: string | undefined; patience?: number } = {},
  ): Promise<Exchange> {
    const urls = this.urls();
    const url = (urls[Math.floor(random() * urls.length)] ?? '') + path;
    const sent = performance.now();
    const reply = await ask({ method, url, id, patience });
    const ended = performance.now();
    this.#note(reply, `${method} ${path}`);
    return { sent, ended, fate: fateOf(reply), answer: typeof reply === 'string' ? undefined : reply };
  }

  #note(reply: Reply, what: string): void {
    const outcome = typeof reply === 'string' ? reply : String(reply.status);
    this.tally.set(outcome, (this.tally.get(outcome) ?? 0) + 1);
    if (typeof reply !== 'string' && !EXPECTED.includes(reply.status)) {
      this.unexpected.push(`${what}: ${reply.status} ${reply.text}`);
    }
  }
}

/** A request that failed before its handler was through has written nothing, and one that was fenced off neither (409). */
function fateOf(reply: Reply): Fate {
  if (reply === 'cut') return 'unknown';
  if (reply === 'refused') return 'refused';
  if (reply.status < 300) return 'acknowledged';
  return reply.status >= 500 && reply.isHandled ? 'unknown' : 'refused';
}
