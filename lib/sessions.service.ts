import { Injectable } from '@nestjs/common';
import type { SessionData } from './interfaces/session-data.interface.js';
import { assertId, assertOpenArguments, type OpenOptions } from './options/sessions-arguments.js';
import { LOCKING_MODES } from './options/sessions-options.js';
import { oneOf } from './options/validate.js';
import { SessionObject } from './session/object/session.js';
import { SessionEngine } from './session/session-engine.js';
import type { SessionTransport } from './session/session-transport.js';
import { SessionsCleanup } from './sessions.cleanup.js';

/** Sessions outside of a request: sockets, scripts, administration. */
@Injectable()
export class Sessions {
  constructor(
    private readonly engine: SessionEngine,
    private readonly cleanup: SessionsCleanup,
  ) {}

  /**
   * How many live sessions there are.
   *
   * @throws SessionsUnsupportedError when the store cannot count.
   */
  count(): Promise<number> {
    return this.engine.count();
  }

  /** Removes what has expired, now; gives the number. */
  cleanUp(): Promise<number> {
    return this.cleanup.cleanUp();
  }

  /**
   * Opens the session that a `Cookie` header names, runs `work` with it, commits and unlocks. When `work` fails nothing is
   * stored. It moves no expiry and creates no session, since it can send no cookie.
   *
   * @throws TypeError when the header is no text, or `work` is no function; SessionsConfigError for a wrong option.
   */
  async open<R, T extends object = SessionData>(
    cookieHeader: string | undefined,
    work: (session: SessionObject<T>) => R | Promise<R>,
    options: OpenOptions = {},
  ): Promise<R> {
    assertOpenArguments(cookieHeader, work, options);
    const { locking } = this.engine;
    const settings = { ...locking, mode: oneOf('Sessions.open() mode', options.mode, locking.mode, LOCKING_MODES) };
    const unit = this.engine.open(withoutResponse(cookieHeader), settings);
    await unit.load();
    let result: R;
    try {
      result = await work(new SessionObject<T>({ unit }));
    } catch (error) {
      await unit.discard();
      throw error;
    }
    await unit.commit();
    return result;
  }

  /**
   * Ends a session by its id (`session.id`), also while requests use it; `false` when there is none.
   *
   * @throws TypeError when the id is missing: a logout that did nothing must not look like one.
   */
  async destroy(id: string): Promise<boolean> {
    assertId(id);
    return this.engine.destroy(id);
  }
}

function withoutResponse(cookieHeader: string | undefined): SessionTransport {
  return {
    cookieHeader,
    route: 'Sessions.open()',
    renewsExpiry: false,
    hasSentHeaders: false,
    cookieObstacle: () => 'Sessions.open() has no response to send its cookie with',
    onFirstLoad: () => undefined,
  };
}
