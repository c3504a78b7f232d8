import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian-package.js';
import { freePort, isListening } from './free-port.js';
import { Keeper } from '../engine/keeper.js';
import { oncePerProcess } from './once-per-process.js';

/*
 * Real memcached servers for tests. `NESTJS_SESSIONS_MEMCACHED=host:port` names one that runs already; tests that stop,
 * starve or cut off a server start their own in any case, from the `memcached` in the PATH. As root on Debian it is installed
 * when it is not there.
 */

const run = promisify(execFile);
const START_LIMIT = 60_000;
const ANSWER_LIMIT = 60_000;

export class MemcachedServer {
  #keeper: Keeper | undefined;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
    readonly host = '127.0.0.1',
    /** Removed when it ends. */
    private readonly directory = '',
  ) {}

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** The server of the environment, or one of its own. */
  static async shared(): Promise<MemcachedServer> {
    const address = process.env['NESTJS_SESSIONS_MEMCACHED'];
    if (address === undefined) return MemcachedServer.start();
    const { hostname, port } = new URL(`memcached://${address}`);
    return new MemcachedServer(Number(port), [], hostname);
  }

  /** The address of the server of the environment, or of one that the spec files of this process share. */
  static async sharedAddress(): Promise<string> {
    const given = process.env['NESTJS_SESSIONS_MEMCACHED'];
    if (given !== undefined) return given;
    return oncePerProcess('memcached', async (directory) => (await MemcachedServer.start([], directory)).address);
  }

  /** Starts one on a free port of 127.0.0.1; `options` as on its command line. */
  static async start(options: readonly string[] = [], directory = ''): Promise<MemcachedServer> {
    await ensureBinary();
    const server = new MemcachedServer(await freePort(), options, '127.0.0.1', directory);
    await server.start();
    return server;
  }

  /** Starts it again, empty, on the same port. */
  async start(): Promise<void> {
    const args = ['-l', '127.0.0.1', '-p', String(this.port), '-U', '0', '-u', 'nobody', ...this.options];
    const end = 'kill -KILL "$server"; wait; rm -rf "$0"';
    this.#keeper = new Keeper('"$@" & server=$!', end, [this.directory, 'memcached', ...args], {});
    const deadline = Date.now() + START_LIMIT;
    while (Date.now() < deadline) {
      if (await isListening(this.port)) return;
      await sleep(5);
    }
    await this.stop();
    throw new Error(`"memcached ${args.join(' ')}" does not listen`);
  }

  /** Ends what was started here, at once: memcached takes a second for anything gentler, and has nothing to save. */
  async stop(): Promise<void> {
    await this.#keeper?.dispose();
    this.#keeper = undefined;
  }

  /** Stops it in the middle of whatever it does, until it is ended: it holds its port and answers nobody. */
  async freeze(): Promise<void> {
    const { pid } = await this.stats();
    if (pid !== undefined && this.#keeper !== undefined) process.kill(pid, 'SIGSTOP');
  }

  /** Says one command of the text protocol and gives the answer, lines as they come. */
  async ask(command: string): Promise<string[]> {
    const socket = connect(this.port, this.host);
    socket.setTimeout(ANSWER_LIMIT, () => socket.destroy(new Error(`memcached did not answer "${command}"`)));
    try {
      socket.write(`${command}\r\n`);
      return await answerOf(socket);
    } finally {
      socket.destroy();
    }
  }

  async stats(): Promise<Record<string, number>> {
    const lines = (await this.ask('stats')).map((line) => line.split(' '));
    return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
  }

  /** What clients have said since `before`, in commands. */
  async commandsSince(before: Readonly<Record<string, number>>): Promise<{ gets: number; sets: number }> {
    const now = await this.stats();
    const since = (name: string): number => (now[name] ?? 0) - (before[name] ?? 0);
    return { gets: since('cmd_get'), sets: since('cmd_set') };
  }
}

const LAST_LINE =
  /^(END|EN|HD.*|STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|ERROR|CLIENT_ERROR.*|SERVER_ERROR.*)$/;

async function answerOf(socket: Socket): Promise<string[]> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    const lines = text.split('\r\n');
    if (lines.pop() === '' && LAST_LINE.test(lines.at(-1) ?? '')) return lines;
  }
  throw new Error('memcached closed the connection');
}

async function ensureBinary(): Promise<void> {
  const isThere = (): Promise<boolean> =>
    run('memcached', ['-V']).then(
      () => true,
      () => false,
    );
  if (await isThere()) return;
  await installDebianPackage('memcached');
  if (await isThere()) return;
  throw new Error(
    'These tests need memcached: install it (apt-get install memcached, brew install memcached) so that it is in the PATH.',
  );
}
