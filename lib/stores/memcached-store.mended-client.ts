import type { Socket } from 'node:net';
import Memcached from 'memcached';
import { SessionsConfigError } from '../errors/index.js';

/** A connection as the package keeps it. */
interface PackageSocket extends Socket {
  /** The commands that wait for an answer, in order. */
  readonly metaData: { readonly callback?: (error: Error) => void }[];
}

type OnConnection = (error: unknown, socket: PackageSocket | false | undefined) => void;

/**
 * The package `memcached` with what its options cannot mend. It is no longer maintained, so what is overridden here, methods
 * that its types leave out, does not change.
 */
export class MendedMemcached extends Memcached {
  readonly #watched = new WeakSet<Socket>();

  /**
   * When a connection ends, the package forgets the commands that wait on it: their callbacks would never be called. And it
   * sends each command by itself; here those of one turn go out together.
   */
  connect(server: string, onConnection: OnConnection): void {
    callOriginal(this, 'connect', server, (error: unknown, socket: PackageSocket | false | undefined) => {
      if (socket) {
        this.#watch(socket);
        socket.cork();
        process.nextTick(() => socket.uncork());
      }
      onConnection(error, socket);
    });
  }

  /**
   * The package counts failures. After some it refuses every command for seconds, then for five hours, and then it starts
   * the program `ping`, without which the process dies. Here a connection that failed is closed, and the next command opens
   * another.
   */
  connectionIssue(_error: unknown, socket: { end?: () => void } | undefined): void {
    socket?.end?.();
  }

  /**
   * The package parses a value that is marked as JSON where no caller can catch the error: a malformed one, written by
   * somebody else, would end the process. The value has been taken off the buffer by then; the rest goes on without it.
   */
  rawDataReceived(socket: PackageSocket): void {
    try {
      callOriginal(this, 'rawDataReceived', socket);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.rawDataReceived(socket);
    }
  }

  #watch(socket: PackageSocket): void {
    if (this.#watched.has(socket)) return;
    this.#watched.add(socket);
    socket.once('close', () => {
      for (const { callback } of socket.metaData.splice(0)) callback?.(new Error('the connection was closed'));
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
