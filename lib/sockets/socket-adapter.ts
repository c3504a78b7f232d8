import type { WebSocketAdapter } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { isObservable, Observable } from 'rxjs';
import type { SessionEngine } from '../session/session-engine.js';
import type { WorkContext } from '../session/work-context.js';
import type { Handshakes } from './handshakes.js';
import { SocketMessage } from './socket-message.js';

type Callback = (...args: unknown[]) => Promise<unknown>;
type Handler = Parameters<WebSocketAdapter['bindMessageHandlers']>[1][number];

/**
 * The one place where the WebSocket adapter of an application is tampered with: it notes the request that has opened a socket,
 * which a client of `ws` does not know, and gives each message a session.
 */
export class SocketAdapter {
  readonly #seen = new WeakSet<object>();

  constructor(
    private readonly engine: SessionEngine,
    private readonly handshakes: Handshakes,
    private readonly context: WorkContext,
  ) {}

  /** Before the application chooses its adapter: gateways are bound to it before any hook of a module runs. */
  attach(config: ApplicationConfig): void {
    const setIoAdapter = config.setIoAdapter.bind(config);
    config.setIoAdapter = (adapter) => {
      this.#watch(adapter);
      setIoAdapter(adapter);
    };
  }

  #watch(adapter: WebSocketAdapter): void {
    if (this.#seen.has(adapter)) {
      return;
    }
    this.#seen.add(adapter);
    const { handshakes } = this;
    const bindClientConnect = adapter.bindClientConnect.bind(adapter);
    adapter.bindClientConnect = (server: unknown, callback: (...args: unknown[]) => void) => {
      bindClientConnect(server, (...args: unknown[]) => {
        handshakes.note(args[0], args[1]);
        callback(...args);
      });
    };
    const bindMessageHandlers = adapter.bindMessageHandlers.bind(adapter);
    adapter.bindMessageHandlers = (client, handlers, transform) => {
      const withSession = handlers.map((handler) => this.#withSession(client, handler));
      bindMessageHandlers(client, withSession, transform);
    };
  }

  /** The message is the last argument but the pattern, which Nest adds: guards, interceptors and parameters find it there. */
  #withSession(client: unknown, handler: Handler): Handler {
    const callback = handler.callback as Callback;
    const name = `message ${eventOf(handler.message)}`;
    const cookieOf = (of: string): string | undefined => this.handshakes.cookieOf(client, of);
    return {
      ...handler,
      callback: (...args: unknown[]) => {
        const message = new SocketMessage(this.engine, cookieOf, name);
        return this.#receive(message, () => callback(...args, message));
      },
    };
  }

  async #receive(message: SocketMessage, handle: () => Promise<unknown>): Promise<unknown> {
    const result = await this.context.run(message, handle);
    if (!isObservable(result)) {
      await message.endUnlessBegun();
      return result;
    }
    // A client that has left meanwhile is not listened to: then nobody begins the handler, and nobody would unlock.
    setImmediate(() => void message.endUnlessBegun());
    return new Observable((subscriber) => this.context.run(message, () => result.subscribe(subscriber)));
  }
}

/** As the gateway declares it: a text, or an object. */
function eventOf(pattern: unknown): string {
  return typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
}
