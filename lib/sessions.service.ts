import { Injectable } from '@nestjs/common';
import { SessionsUnsupportedError } from './errors/index.js';
import type { SessionData } from './interfaces/session-data.interface.js';
import type { LockingMode } from './interfaces/sessions-options.interface.js';
import type { CountableStore } from './interfaces/store-abilities.interface.js';
import { SessionEngine } from './session/session-engine.js';
import type { SessionExchange } from './session/session-exchange.js';
import { SessionObject } from './session/session.js';
import { SessionsCleanup } from './sessions.cleanup.js';
import { SessionStore } from './stores/session-store.js';

/** Sessions outside of a request: sockets, scripts, administration. */
@Injectable()
export class Sessions {
  constructor(
    private readonly engine: SessionEngine,
    private readonly store: SessionStore,
    private readonly cleanup: SessionsCleanup,
  ) {}

  /**
   * How many live sessions there are.
   *
   * @throws SessionsUnsupportedError when the store cannot count.
   */
  async count(): Promise<number> {
    if (!isCountable(this.store)) {
      throw new SessionsUnsupportedError(`${this.store.constructor.name} cannot count its sessions`);
    }
    return this.store.count();
  }

  /** Removes what has expired, now; gives the number. */
  cleanUp(): Promise<number> {
    return this.cleanup.cleanUp();
  }

  /**
   * Opens the session that a `Cookie` header names, runs `work` with it, commits and unlocks. When `work` fails nothing is
   * stored. It moves no expiry and creates no session, since it can send no cookie.
   */
  async open<R, T extends object = SessionData>(
    cookieHeader: string | undefined,
    work: (session: SessionObject<T>) => R | Promise<R>,
    { mode }: { readonly mode?: LockingMode } = {},
  ): Promise<R> {
    const { locking } = this.engine;
    const lifecycle = this.engine.open(
      withoutResponse(cookieHeader),
      mode === undefined ? locking : { ...locking, mode },
    );
    await lifecycle.load();
    let result: R;
    try {
      result = await work(new SessionObject<T>(lifecycle));
    } catch (error) {
      await lifecycle.discard();
      throw error;
    }
    await lifecycle.commit();
    return result;
  }

  /** Ends a session by its id (`session.id`), whoever is using it; `false` when there is none. */
  destroy(id: string): Promise<boolean> {
    return this.engine.destroy(id);
  }
}

function withoutResponse(cookieHeader: string | undefined): SessionExchange {
  return {
    cookieHeader,
    route: 'Sessions.open()',
    renewsExpiry: false,
    hasSentHeaders: false,
    cookieObstacle: () => 'Sessions.open() has no response to send its cookie with',
    onFirstLoad: () => undefined,
  };
}

function isCountable(store: object): store is CountableStore {
  return 'count' in store && typeof store.count === 'function';
}
