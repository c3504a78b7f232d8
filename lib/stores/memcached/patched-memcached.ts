import type { Socket } from 'node:net';
import Memcached from 'memcached';
import { SessionsConfigError } from '../../errors/index.js';

/** A connection as the package keeps it. */
interface PackageSocket extends Socket {
  /** The commands that wait for an answer, in order. */
  readonly metaData: { readonly callback?: (error: Error) => void }[];
}

type OnConnection = (error: unknown, socket: PackageSocket | false | undefined) => void;

/** How often, and after how many milliseconds, a command asks for a connection again while as many as may be are being made. */
const MAX_ASKED = 25;
const ASK_AGAIN = 20;

/**
 * The package `memcached` with what its options cannot mend. It is no longer maintained, so what is overridden here, methods
 * that its types leave out, does not change.
 */
export class PatchedMemcached extends Memcached {
  /** The server does not answer: commands that wait are left to their own deadlines when the connections are closed. */
  isHung = false;
  readonly #watched = new WeakSet<Socket>();

  /** Gives a command its connection. The package asks again for one that could not be made as well, for up to 100 s. */
  connect(server: string, onConnection: OnConnection, asked = 1): void {
    callOriginal(this, 'connect', server, (error: unknown, socket: PackageSocket | false | undefined) => {
      if (error && !socket && asked < MAX_ASKED) {
        setTimeout(() => this.connect(server, onConnection, asked + 1), ASK_AGAIN);
        return;
      }
      // Left to itself it goes on trying for minutes, and keeps the process alive.
      if (error && socket) {
        socket.destroy();
      } else if (socket) {
        this.#prepare(socket);
      }
      onConnection(error, socket);
    });
  }

  /**
   * The package counts failures. After some it refuses every command for seconds, then for five hours, and then it starts
   * the program `ping`, without which the process dies. Here they are not counted: a command that fails says so, and the next
   * one takes another connection if it has to.
   */
  connectionIssue(): void {
    // Nothing to do.
  }

  /**
   * The package parses a value that is marked as JSON where no caller can catch the error: a malformed one, written by
   * somebody else, would end the process. The value has been taken off the buffer by then; the rest goes on without it.
   */
  rawDataReceived(socket: PackageSocket): void {
    try {
      callOriginal(this, 'rawDataReceived', socket);
    } catch (error) {
      if (!(error instanceof SyntaxError)) {
        throw error;
      }
      this.rawDataReceived(socket);
    }
  }

  #prepare(socket: PackageSocket): void {
    // Commands of one turn go out together; the package sends each by itself.
    socket.cork();
    process.nextTick(() => socket.uncork());
    if (this.#watched.has(socket)) {
      return;
    }
    this.#watched.add(socket);
    // When a connection ends, the package forgets the commands that wait on it: their callbacks would never be called.
    socket.once('close', () => {
      const waiting = socket.metaData.splice(0);
      if (this.isHung) {
        return;
      }
      for (const { callback } of waiting) {
        callback?.(new Error('the connection was closed'));
      }
    });
  }
}

function callOriginal(client: Memcached, name: string, ...args: unknown[]): void {
  const method: unknown = Reflect.get(Memcached.prototype, name);
  if (typeof method !== 'function') {
    throw new SessionsConfigError(
      `MemcachedStore needs version 2.2 of the package memcached: this one has no ${name}().`,
    );
  }
  Reflect.apply(method, client, args);
}
