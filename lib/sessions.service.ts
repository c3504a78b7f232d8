import { Injectable } from '@nestjs/common';
import type { SessionData } from './interfaces/session-data.interface.js';
import {
  assertBindArguments,
  assertId,
  assertOpenArguments,
  assertWatchArguments,
  type OpenOptions,
  type WatchSessionOptions,
} from './options/sessions-arguments.js';
import { LOCKING_MODES } from './options/sessions-options.js';
import { oneOf } from './options/validate.js';
import { SessionObject } from './session/object/session.js';
import { OpenedSession } from './session/opened-session.js';
import { SessionEngine } from './session/session-engine.js';
import { WorkContext } from './session/work-context.js';
import { SessionsCleanup } from './sessions.cleanup.js';
import { Handshakes, type Handshake } from './sockets/handshakes.js';

/** Sessions outside of a request: sockets, scripts, administration. */
@Injectable()
export class Sessions {
  /** @internal */
  constructor(
    private readonly engine: SessionEngine,
    private readonly cleanup: SessionsCleanup,
    private readonly context: WorkContext,
    private readonly handshakes: Handshakes,
  ) {}

  /**
   * How many live sessions there are.
   *
   * @throws SessionsUnsupportedError when the store cannot count.
   */
  count(): Promise<number> {
    return this.engine.count();
  }

  /**
   * Removes what has expired, now, and returns how many sessions that were: 0 for a store that removes them by itself.
   *
   * @throws SessionStoreError when the store fails.
   */
  cleanUp(): Promise<number> {
    return this.cleanup.cleanUp();
  }

  /**
   * Opens the session that a `Cookie` header names, runs `work` with it, commits and unlocks. When `work` fails nothing is
   * stored but what it wrote with `save()` or `withLock()`. It moves no expiry and creates no session, since it can send no cookie: a visitor who has no session, or whose
   * session is over, has an empty one here (`session.isNew`), which can be read and not be changed.
   *
   * @throws SessionGoneError when `work` has changed a session that is over; SessionHeadersSentError when it has changed that of a
   *   visitor without one.
   * @throws SessionStoreError when the store fails; SessionLockTimeoutError when the lock is not free in time.
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
    const opened = new OpenedSession(this.engine, cookieHeader, 'Sessions.open()', settings);
    await opened.unit.load();
    let result: R;
    try {
      result = await this.context.run(opened, () => work(new SessionObject<T>(opened)));
    } catch (error) {
      await opened.discard();
      throw error;
    }
    await opened.commit();
    return result;
  }

  /**
   * Tells of the end of the session that a `Cookie` header names, so that a socket can end with it:
   * `sessions.watch(cookieHeader, { onEnd: (reason) => client.close(4401, reason) })`. The first look at the store is at once. An
   * end in this process is told at once, and one in another process within `watch.interval`. A `regenerate()` in this process is
   * followed, unless it keeps no data. A look that fails ends nothing.
   *
   * Returns a function that ends the watch. `onEnd` is called once at most; what it throws is logged.
   *
   * @throws TypeError when the header is no text, or `onEnd` is no function.
   */
  watch(cookieHeader: string | undefined, { onEnd }: WatchSessionOptions): () => void {
    assertWatchArguments(cookieHeader, onEnd);
    return this.engine.watch(cookieHeader, onEnd);
  }

  /**
   * Tells which request has opened a socket, for `@Session()` in gateways: only needed where the adapter does not hand the request
   * over together with the client, as those of socket.io and `ws` do.
   *
   * @throws TypeError when `request` has no headers.
   */
  bind(client: object, request: Handshake): void {
    assertBindArguments(client, request);
    this.handshakes.bind(client, request);
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
