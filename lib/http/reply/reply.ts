import type { ServerResponse } from 'node:http';
import type { TapObserver } from 'rxjs';
import type { HttpSession } from '../http-session.js';
import { BodyPieces } from './body-pieces.js';
import { breakOff } from './break-off.js';
import { isRefused, type HandlerOutcome } from './commit-on-error.js';
import { replaceBody } from './error-response.js';
import { showToFilters } from './exception-filters.js';
import { onClose } from './on-close.js';
import { NO_COOKIES } from './response-headers.js';
import { endAgain, onceEnded, type ReplyState } from './sealed-response.js';
import { setSessionHeaders } from './session-headers.js';
import { keepStatus } from './status.js';

/**
 * The reply of one request, and the one place where its session is committed: when the reply is decided. That is the end of the
 * response, or the moment in which its headers leave before the body is complete.
 */
export class Reply implements HandlerOutcome, Partial<TapObserver<unknown>> {
  /** Changed here alone. */
  state: ReplyState = 'open';
  haveHeadersLeft = false;
  /** The client has gone, or everything is sent. */
  isClosed = false;
  hasHandlerBegun = false;
  lastError: unknown;
  isCookieSet = false;
  /** The commit that began when the headers left before the body was complete. */
  #streaming: Promise<void> | undefined;
  #pieces: BodyPieces | undefined;
  #cookiesBefore: readonly string[] = NO_COOKIES;
  /** Handlers that take the session, and run. */
  #running = 0;
  #isCutShort = false;
  /** Its body is a stream: nobody ends the response when its client has gone. */
  #isPiped = false;

  constructor(private readonly http: HttpSession) {}

  get isUndetermined(): boolean {
    return this.#running > 0 || this.#isCutShort;
  }

  /** The session is touched: from now on its response is looked after. */
  watch(): void {
    const { response } = this.http;
    if (response === undefined) {
      return;
    }
    this.isClosed = response.writableEnded || response.destroyed;
    this.haveHeadersLeft = response.headersSent;
    this.onHandlerReached();
    onClose(response, this.#onClose);
    response.once('pipe', () => (this.#isPiped = true));
  }

  /** Cookies that are set from now on belong to the body, and go with it when that is replaced by an error. */
  onHandlerReached(): void {
    const { response, platform } = this.http;
    if (response !== undefined && this.state === 'open') {
      this.#cookiesBefore = platform.cookiesOf(response);
      platform.holdReply(response);
    }
  }

  /** rxjs calls this and the three below, by `tap(http.reply)` in the interceptors: a handler that takes the session begins. */
  subscribe(): void {
    this.#running += 1;
    this.hasHandlerBegun = true;
    // A later attempt (a retry) makes an error forgotten.
    this.lastError = undefined;
  }

  complete(): void {
    this.#running -= 1;
    // The response to a pipelined request whose turn has not come is never closed.
    if (this.state !== 'open' || this.isClosed || this.http.request.socket.destroyed) {
      this.#cleanUp();
    }
  }

  error(error: unknown): void {
    this.lastError = error;
    this.complete();
  }

  /** Torn down by an interceptor around it (a timeout), or because the client left. */
  unsubscribe(): void {
    this.#isCutShort = true;
    this.complete();
  }

  /** The headers leave. When the body is not complete, neither leaves the socket before the commit is done. */
  beforeHeaders(response: ServerResponse): void {
    if (this.state === 'open' && !this.haveHeadersLeft) {
      this.#beginStream(response);
    }
    this.haveHeadersLeft = true;
    if (this.http.isTouched) {
      // Once: headers that Node refuses to send are set a second time, with those of the error.
      const cookie = this.isCookieSet ? undefined : this.http.unit.active.cookie;
      this.isCookieSet ||= cookie !== undefined;
      setSessionHeaders(this.http, response, cookie);
    }
  }

  write(response: ServerResponse, args: readonly unknown[], write: (args: readonly unknown[]) => unknown): unknown {
    return this.state === 'open' ? (this.#pieces ??= new BodyPieces()).write(response, args, write) : write(args);
  }

  /** The response ends: its end waits for the commit, when there is one to wait for. */
  end(response: ServerResponse, proceed: () => ServerResponse, callback: unknown): ServerResponse {
    switch (this.state) {
      case 'open':
      case 'ended':
        this.send(response, this.#pieces?.before(proceed) ?? proceed);
        return response;
      case 'failing':
        return this.#endFailed(response, proceed);
      default:
        return endAgain(response, callback);
    }
  }

  /** The reply is complete, and goes on when the commit is done. A second one that comes meanwhile is ignored. */
  send(response: ServerResponse, proceed: () => unknown): void {
    if (this.state !== 'open') {
      if (this.state !== 'held') {
        proceed();
      }
      return;
    }
    const pending = this.#streaming?.then(() => this.#commit(true)) ?? this.#commit(true);
    if (pending === undefined) {
      this.state = 'ended';
      proceed();
      return;
    }
    this.state = 'held';
    const restoreStatus = keepStatus(response);
    pending
      .then(() => {
        this.state = 'ended';
        restoreStatus();
        proceed();
      })
      .catch((error: unknown) => {
        // A body that had begun has failed already. Node may refuse a body or a status, too: who called `end` has gone on by then.
        if (this.state !== 'failed') {
          this.#fail(response, error);
        }
      });
  }

  #beginStream(response: ServerResponse): void {
    const { unit } = this.http;
    if (unit.active.isLoaded && this.http.cookieObstacle() === undefined && !this.#isRefused()) {
      unit.active.sendCookieEarly();
    }
    this.#streaming = this.#commit(false);
    if (this.#streaming !== undefined) {
      response.cork();
      this.#streaming.then(
        () => response.uncork(),
        (error: unknown) => this.#fail(response, error),
      );
    }
  }

  #commit(isLast: boolean): Promise<void> | undefined {
    const { unit, isTouched } = this.http;
    if (!this.#isRefused()) {
      return unit.commit(isLast);
    }
    // Nobody has touched the session: who does so after the reply still finds it.
    return isTouched ? unit.discard() : undefined;
  }

  /** Whether the status that is sent, or else the body, says that nothing is stored. */
  #isRefused(): boolean {
    const status = this.http.response?.statusCode ?? 200;
    return (status >= 400 || this.http.graphqlOutcome !== undefined) && isRefused(this.http, status, this);
  }

  /** What the response says was not stored, so it must not leave. When its headers have, the connection is cut. */
  #fail(response: ServerResponse, error: unknown): void {
    this.state = 'failing';
    // Headers that Node refuses have not left; and those of the error carry the cookie of what was stored.
    this.haveHeadersLeft = response.headersSent;
    this.isCookieSet = false;
    if (this.haveHeadersLeft) {
      this.http.report('The connection was cut, since the session could not be stored', error);
      this.state = 'failed';
      breakOff(response);
      return;
    }
    replaceBody(response, this.http.platform.headersOf(response), this.#cookiesBefore);
    // Until the handler has returned the response counts as sent: Fastify would take it for unanswered, and send an empty reply.
    this.state = 'held';
    setImmediate(() => {
      this.state = 'failing';
      showToFilters(this.http, response, error, () => this.state === 'failing');
    });
  }

  #endFailed(response: ServerResponse, proceed: () => ServerResponse): ServerResponse {
    this.http.warnOfStatus(response.statusCode);
    const ended = proceed();
    this.state = 'answered';
    // Only then: until it has ended, which a wrapper may do later, the headers of the error are still to be written.
    onceEnded(response, () => (this.state = 'failed'));
    return ended;
  }

  readonly #onClose = (): void => {
    this.isClosed = true;
    this.http.unit.abandonLoading();
    if (!this.haveHeadersLeft) {
      this.http.warnOfHeaders();
    }
    this.#cleanUp();
  };

  /**
   * The reply is decided, or nobody will get it. When no handler runs any more nothing else may free the lock: here it is freed, or
   * at least renewed no longer, since the application may still answer.
   */
  #cleanUp(): void {
    const { unit, response } = this.http;
    if (this.#running > 0) {
      return;
    }
    const isPiped = this.isClosed && this.#isPiped;
    if (this.state !== 'open') {
      unit.freeLeftLock();
    } else if (this.haveHeadersLeft || (isPiped && !response?.errored)) {
      this.state = 'ended';
      this.#commit(true)?.catch((error: unknown) =>
        this.http.report('The session could not be stored after the response', error),
      );
    } else if (this.#isCutShort || isPiped) {
      void unit.discard();
    } else {
      unit.stopRenewing();
    }
  }
}
