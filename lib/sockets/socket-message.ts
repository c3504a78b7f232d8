import { Observable } from 'rxjs';
import type { LockSessionOptions } from '../interfaces/sessions-options.interface.js';
import { locksByItself, withoutOwnLock, type LockSettings } from '../session/lock/lock-settings.js';
import type { AnySession } from '../session/object/session.js';
import { OpenedSession } from '../session/opened-session.js';
import type { SessionEngine } from '../session/session-engine.js';
import type { UnitOfWork } from '../session/work/unit-of-work.js';
import { AroundHandler, type HandledMessage } from './around-handler.js';

/** One message of a socket: its session is opened at the first touch, and committed when its handler settles. */
export class SocketMessage implements HandledMessage {
  #opened: OpenedSession | undefined;
  #locking: LockSettings;
  #handler: string;
  #hasBegun = false;

  constructor(
    private readonly engine: SessionEngine,
    /** The `Cookie` header of its socket, for the handler of this name. */
    private readonly cookieOf: (handler: string) => string | undefined,
    handler: string,
    /** How it locks until it has reached its handler. */
    locking: LockSettings = engine.locking,
  ) {
    this.#locking = locking;
    this.#handler = handler;
  }

  get session(): AnySession {
    return this.#open().session;
  }

  get unit(): UnitOfWork {
    return this.#open().unit;
  }

  /**
   * The message has reached its handler. There is a promise when something has to be waited for: the lock of the mode `early`, or
   * the commit of what a global guard has changed under a lock that this handler does not want.
   */
  enter(declared: LockSessionOptions | undefined, handler: string): Promise<void> | undefined {
    this.#handler = handler;
    this.#locking = { ...this.#locking, ...declared };
    if (this.#opened !== undefined) {
      return this.#relock(this.#opened);
    }
    return this.#locking.mode === 'early' ? this.unit.load() : undefined;
  }

  async take<R>(read: (session: AnySession) => R): Promise<R> {
    await this.unit.load();
    return read(this.session);
  }

  /** Nest makes a `WsException` of it, whose class is in a package that nothing here imports. */
  refuse(): false {
    return false;
  }

  /** The handler, and the commit of what it did. */
  around(handler: Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => {
      this.#hasBegun = true;
      const running = new AroundHandler(this, handler, subscriber);
      return () => running.onUnsubscribed();
    });
  }

  get isTouched(): boolean {
    return this.#opened !== undefined;
  }

  commit(isLast: boolean): Promise<void> | undefined {
    return this.#opened?.commit(isLast);
  }

  discard(): Promise<void> | undefined {
    return this.#opened?.discard();
  }

  onClientLeft(): void {
    this.#locking = withoutOwnLock(this.#locking);
    this.#opened?.unit.abandonLoading();
  }

  report(what: string, error: unknown): void {
    this.engine.log.failed(what, error, this.#handler);
  }

  /** No handler was reached, or none will be: a guard has turned the message away, or the client left while it decided. */
  endUnlessBegun(): Promise<void> | undefined {
    return this.#hasBegun ? undefined : this.discard();
  }

  async #relock(opened: OpenedSession): Promise<void> {
    await opened.unit.load();
    if (!locksByItself(this.#locking)) {
      await opened.commit(false);
    }
    opened.unit.active.settings = this.#locking;
    await opened.unit.steps.lockWhatWasRead();
  }

  #open(): OpenedSession {
    return (this.#opened ??= new OpenedSession(
      this.engine,
      this.cookieOf(this.#handler),
      this.#handler,
      this.#locking,
    ));
  }
}

/** By the arguments of a gateway's handler, into which the adapter has put the message. */
export function socketMessageOf(args: readonly unknown[]): SocketMessage | undefined {
  return args.find((arg) => arg instanceof SocketMessage);
}
