import type { Socket } from 'node:net';
import Memcached from 'memcached';
import { SessionsConfigError } from '../../../errors/index.js';

/** A connection as the package keeps it. */
interface PackageSocket extends Socket {
  /** The commands that wait for an answer, in order. */
  readonly metaData: WaitingCommand[];
}

interface WaitingCommand {
  readonly callback?: (error?: Error, ...answer: unknown[]) => void;
}

type OnConnection = (error: unknown, socket: PackageSocket | false | undefined) => void;

/** How often, and after how many milliseconds, a command asks for a connection again while the pool is still opening them. */
const MAX_ASKED = 25;
const ASK_AGAIN = 20;

/** What memcached says after SERVER_ERROR when it does not store a value. */
const REFUSAL = /^(object too large|out of memory)/;

/**
 * The package `memcached` with fixes that its options do not offer. It is no longer maintained, so the methods that are
 * overridden here, which its types leave out, do not change.
 */
export class PatchedMemcached extends Memcached {
  /** The server does not answer: when its connections are closed, the commands that wait on them keep their own deadlines. */
  isHung = false;
  /** A command has been answered: its connections are not new. */
  hasAnswered = false;
  readonly #watched = new WeakSet<Socket>();

  /** Finds a connection for a command. The package itself would retry a refused connection for up to 100 s. */
  connect(server: string, onConnection: OnConnection, asked = 1): void {
    callOriginal(this, 'connect', server, (error: unknown, socket: PackageSocket | false | undefined) => {
      if (error && !socket && asked < MAX_ASKED) {
        setTimeout(() => this.connect(server, onConnection, asked + 1), ASK_AGAIN);
        return;
      }
      // The socket would go on trying for minutes, and keep the process alive.
      if (error && socket) {
        socket.destroy();
      } else if (socket) {
        this.#prepare(socket);
      }
      onConnection(error, socket);
    });
  }

  /**
   * The package counts failures. After some of them it refuses every command for seconds, then for five hours, and then it
   * starts the program `ping`; where there is none, the process dies. So failures are not counted here: a command that fails
   * rejects, and the next one opens another connection if it has to.
   *
   * When a server refuses to store a value, the package tells this method why, and the caller only `false`, as if another write
   * had come first. So the reason is put into the callback, which is called next.
   */
  connectionIssue(problem: unknown, socket?: PackageSocket): void {
    const [command] = socket?.metaData ?? [];
    const { callback } = command ?? {};
    if (command !== undefined && callback !== undefined && REFUSAL.test(String(problem))) {
      socket?.metaData.splice(0, 1, { ...command, callback: () => callback(new Error(String(problem))) });
    }
  }

  /**
   * The package parses values that are marked as JSON where no caller can catch the error. A malformed one, which another
   * program has written, would end the process. The value is off the buffer by then, so the next answers are read as usual.
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
    // Commands of one tick are sent together: the package would write each of them to the socket alone.
    socket.cork();
    process.nextTick(() => socket.uncork());
    if (this.#watched.has(socket)) {
      return;
    }
    this.#watched.add(socket);
    // When a connection ends, the package forgets the commands that wait on it, and never calls their callbacks.
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
