import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/*
 * Real memcached servers for tests. `NESTJS_SESSIONS_MEMCACHED=host:port` names one that runs already; tests that stop,
 * starve or cut off a server start their own in any case, from the `memcached` in the PATH. As root on Debian it is installed
 * when it is not there.
 */

const run = promisify(execFile);
const START_LIMIT = 5_000;
const ANSWER_LIMIT = 5_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class MemcachedServer {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
    readonly host = '127.0.0.1',
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

  /** Starts one on a free port of 127.0.0.1; `options` as on its command line. */
  static async start(options: readonly string[] = []): Promise<MemcachedServer> {
    await ensureBinary();
    const server = new MemcachedServer(await freePort(), options);
    await server.start();
    return server;
  }

  /** Starts it again, empty, on the same port. */
  async start(): Promise<void> {
    const args = ['-l', '127.0.0.1', '-p', String(this.port), '-U', '0', '-u', 'nobody', ...this.options];
    const child = spawn('memcached', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#child = child;
    const deadline = Date.now() + START_LIMIT;
    while (Date.now() < deadline && child.exitCode === null) {
      if (await isListening(this.port)) return;
      await sleep(5);
    }
    throw new Error(`memcached ${args.join(' ')} did not start: ${complaint || 'it said nothing'}`);
  }

  /** Ends what was started here, at once: memcached takes a second for anything gentler, and has nothing to save. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Stops it in the middle of whatever it does, until it is killed: it holds its port and answers nobody. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
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
  if (process.getuid?.() === 0) {
    const lock = ['-o', 'DPkg::Lock::Timeout=120'];
    await run('apt-get', ['update', '-q', ...lock]).catch(() => undefined);
    await run('apt-get', ['install', '-qy', '--no-install-recommends', ...lock, 'memcached']).catch(() => undefined);
    if (await isThere()) return;
  }
  throw new Error(
    'These tests need memcached: install it (apt-get install memcached, brew install memcached) so that it is in the PATH.',
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
