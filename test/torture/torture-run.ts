import { hashSessionId } from '../../lib/session/session-id.js';
import { seededRandom } from '../support/models/seeded-random.js';
import { Adversary } from './adversary.js';
import { attackPlan, type AttackKind } from './attack-plan.js';
import { checkHistory, type StoredData } from './check-history.js';
import { countUp, writeKey, type ClientTools } from './clients.js';
import { History } from './history.js';
import { Inspection } from './inspection.js';
import { idsIn } from './ids-in.js';
import type { Place } from './place.js';
import { SharedSession } from './shared-session.js';
import { LEASE } from './tortured-app.js';
import { TorturedProcess } from './tortured-process.js';
import type { Violation } from './violation.js';
import { visitAgainAndAgain } from './visitor.js';
import { Wire } from './wire.js';

const COUNTERS_PER_SESSION = 3;
const WRITERS_PER_SESSION = 2;
const VISITORS = 6;

export interface RunSettings {
  readonly seed: number;
  /** How many are used by several clients each. */
  readonly sessions: number;
  /** What the clients count by. */
  readonly route: 'counts' | 'unlocked-counts';
  /** Whether the store writes whatever it is given. */
  readonly upserts: boolean;
  readonly attacks: readonly AttackKind[];
}

/** Processes on one place, clients that use them, and an adversary; and what is to be seen when all of that is over. */
export class TortureRun {
  readonly history = new History();
  readonly wire = new Wire(() => this.processes.filter(({ isDown }) => !isDown).map(({ url }) => url));
  readonly adversary: Adversary;
  readonly #shared: SharedSession[] = [];
  readonly #inspection: Inspection;

  private constructor(
    private readonly place: Place,
    private readonly processes: readonly TorturedProcess[],
    private readonly settings: RunSettings,
  ) {
    this.adversary = new Adversary(processes, place, this.history);
    this.#inspection = new Inspection(place, processes);
  }

  static async start(place: Place, settings: RunSettings): Promise<TortureRun> {
    const processes: TorturedProcess[] = [];
    // One at a time: to start one takes a processor for a second.
    for (const spec of place.specs) processes.push(await TorturedProcess.start(spec, settings.upserts));
    return new TortureRun(place, processes, settings);
  }

  /** Until `isOver`, and everything has recovered. */
  async work(isOver: (history: History) => boolean): Promise<void> {
    const { seed, sessions, attacks } = this.settings;
    const tools = (client: number): ClientTools => ({
      wire: this.wire,
      history: this.history,
      random: seededRandom(seed * 1_000 + client),
      isOver: () => isOver(this.history),
    });
    for (let n = 1; n <= sessions; n += 1) {
      this.#shared.push(new SharedSession(n, this.wire, this.history, tools(n).random));
    }
    await Promise.all(this.#shared.map((session) => session.start()));
    const plan = attackPlan(seed, this.processes.length, LEASE, attacks);
    await Promise.all([
      this.adversary.attack(plan, tools(0).isOver),
      ...this.#shared.flatMap((session, n) => this.#clientsOf(session, (client) => tools((n + 1) * 100 + client))),
      ...Array.from({ length: VISITORS }, (_, n) => visitAgainAndAgain(n + 1, tools(50 + n))),
    ]);
  }

  /** Checks what was acknowledged against what is there. */
  async examine(): Promise<Violation[]> {
    const { history, wire } = this;
    const stuck = await this.#inspection.untilIdle();
    const stored = await this.#inspection.sessions();
    const data = new Map(stored.map((session) => [session.key, JSON.parse(session.data) as StoredData]));
    const shared = new Map<string, StoredData>();
    for (const session of this.#shared) {
      const found = data.get(hashSessionId(session.id));
      if (found) shared.set(session.name, found);
      else await session.isLost(session.name);
    }
    const logins = [...data.values()].flatMap(({ login }) => (typeof login === 'string' ? [login] : []));
    const text = [await this.place.dump(), ...stored.map((session) => session.data)].join('\n');
    return [
      ...checkHistory(history, shared, logins),
      ...wire.unexpected.map((evidence): Violation => ({ kind: 'an unexpected answer', evidence })),
      ...idsIn(text, history.ids).map((id): Violation => ({ kind: 'an id in the store', evidence: id })),
      ...stuck,
      ...stored
        .filter(({ isFree }) => !isFree)
        .map(({ key }): Violation => ({ kind: 'something left behind', evidence: `session ${key} is still locked` })),
    ];
  }

  /** Ends all sessions; settles when the tombstones of all of them are over. */
  async bury(): Promise<void> {
    await this.#inspection.bury();
  }

  /** Cleans up, and looks at what is still there. */
  async lookForLeftovers(): Promise<Violation[]> {
    const leftovers = await this.#inspection.leftovers();
    return leftovers.map((evidence): Violation => ({ kind: 'something left behind', evidence }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
  }

  #clientsOf(session: SharedSession, tools: (client: number) => ClientTools): Promise<void>[] {
    const { route } = this.settings;
    return [
      ...Array.from({ length: COUNTERS_PER_SESSION }, (_, n) => countUp(session, route, tools(n))),
      ...Array.from({ length: WRITERS_PER_SESSION }, (_, n) => writeKey(session, `key${n}`, tools(50 + n))),
    ];
  }
}
