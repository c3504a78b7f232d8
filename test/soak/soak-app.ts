import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sessions, MemoryStore, type SessionStore } from 'nestjs-sessions';
import { SessionEngine } from '../../lib/session/session-engine.js';
import { TestApp } from '../support/http/test-app.js';
import type { Place } from '../torture/place.js';
import { preparePlace } from '../torture/places.js';
import { TortureController } from '../torture/torture.controller.js';
import { openTorturedStore } from '../torture/tortured-store.js';
import { ShiftedClock } from './shifted-clock.js';
import type { SoakStore } from './soak-options.js';

const TIMEOUT = 40_000;
/** So long a busy machine may take for anything: what is looked at here is what stays, not how long it takes. */
const PATIENCE = 60_000;
/** More than sessions and tombstones live. */
const LONG_AFTER = 90_000;

/** An application in this process, and the time that passes for it. */
export class SoakApp {
  readonly engine: SessionEngine;
  readonly sessions: Sessions;

  private constructor(
    readonly app: TestApp,
    readonly place: Place,
    readonly clock: ShiftedClock,
    private readonly forgets: boolean,
  ) {
    this.engine = app.nest.get(SessionEngine, { strict: false });
    this.sessions = app.nest.get(Sessions);
  }

  /** `alter` puts something before the store. */
  static async start(kind: SoakStore, alter: (store: SessionStore) => SessionStore): Promise<SoakApp> {
    const place = await preparePlace(kind, 1);
    const clock = new ShiftedClock();
    const store = await openStore(kind, place);
    const app = await TestApp.start({
      controllers: [TortureController],
      sessions: {
        store: alter(store),
        storeTimeout: PATIENCE,
        clock,
        timeout: TIMEOUT,
        cleanup: false,
        lock: { lease: 3_000, wait: PATIENCE },
      },
      // A connection that the server closes while the next request is on its way is no business of a soak.
      configure: (nest) => ((nest.getHttpServer() as Server).keepAliveTimeout = PATIENCE),
    });
    return new SoakApp(app, place, clock, !('sweep' in store));
  }

  get url(): string {
    return this.app.url;
  }

  /** Every session and tombstone is over. */
  async letTimePass(): Promise<void> {
    this.clock.advance(LONG_AFTER);
    // What has the server's clock was written by this one.
    await this.place.advance?.(this.clock.shift);
  }

  async cleanUp(): Promise<void> {
    await this.sessions.cleanUp();
  }

  async leftovers(): Promise<string[]> {
    const late = await this.sessions.cleanUp();
    if (late > 0) return [`${late} sessions that a clean-up has left`];
    // A server that forgets by itself goes by its own clock.
    const limit = performance.now() + (this.forgets ? TIMEOUT + 2_000 : 0);
    let leftovers = await this.place.leftovers();
    while (leftovers.length > 0 && performance.now() < limit) {
      await sleep(500);
      leftovers = await this.place.leftovers();
    }
    return leftovers;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.place.dispose();
  }
}

async function openStore(kind: SoakStore, { specs: [spec] }: Place): Promise<SessionStore> {
  if (kind === 'memory' || spec === undefined) return new MemoryStore({ maxSessions: Number.MAX_SAFE_INTEGER });
  return openTorturedStore(spec);
}
