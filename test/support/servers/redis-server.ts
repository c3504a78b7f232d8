import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Keeper } from '../engine/keeper.js';
import { freePort } from './free-port.js';
import { neededProgram } from './needed-program.js';
import { oncePerProcess } from './once-per-process.js';

/*
 * Real Redis servers for tests. `NESTJS_SESSIONS_REDIS_URL=redis://host:port` names one that runs already; tests that stop,
 * starve or cut off a server start their own in any case: the program of `NESTJS_SESSIONS_REDIS_SERVER=/path/to/valkey-server`,
 * else the `redis-server` or `valkey-server` in the PATH. As root on Debian the first is installed when neither is there.
 */

/** As in `redis.conf`. */
export type RedisSettings = Readonly<Record<string, string>>;

const START_LIMIT = 10_000;

export class RedisServer {
  #keeper: Keeper | undefined;
  readonly #files: Keeper;

  private constructor(
    readonly port: number,
    private readonly program: string,
    private readonly args: readonly string[],
    directory: string,
  ) {
    this.#files = new Keeper('', 'rm -rf "$0"', [directory], {});
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The URL of the server of the environment, or of one that the spec files of this process share. */
  static async sharedUrl(): Promise<string> {
    const given = process.env['NESTJS_SESSIONS_REDIS_URL'];
    if (given !== undefined) return given;
    return oncePerProcess('redis', async (directory) => (await RedisServer.#startIn(directory, {})).url);
  }

  /** Starts one on a free port of 127.0.0.1, for the caller alone. */
  static async start(settings: RedisSettings = {}): Promise<RedisServer> {
    return RedisServer.#startIn(await newDirectory(), settings);
  }

  /** Starts a Sentinel, which watches over others as these lines of its configuration say. */
  static async startSentinel(lines: readonly string[]): Promise<RedisServer> {
    const [directory, port] = [await newDirectory(), await freePort()];
    const file = join(directory, 'sentinel.conf');
    await writeFile(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, ...lines, ''].join('\n'));
    return RedisServer.#startOn(port, directory, [file, '--sentinel']);
  }

  static async #startIn(directory: string, own: RedisSettings): Promise<RedisServer> {
    const port = await freePort();
    const settings = { bind: '127.0.0.1', port: String(port), dir: directory, save: '', ...own };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    return RedisServer.#startOn(port, directory, args);
  }

  static async #startOn(port: number, directory: string, args: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(port, await redisProgram(), args, directory);
    await server.startAgain();
    return server;
  }

  /** On the same port, with what it had written to its disk. */
  async startAgain(): Promise<void> {
    this.#keeper = new Keeper('"$@" & server=$!', 'kill -KILL "$server"; wait', ['sh', this.program, ...this.args], {});
    const started = Date.now();
    while (!(await this.ask('PING').then(isPong, () => false))) {
      if (Date.now() - started > START_LIMIT) {
        throw new Error(`"${this.program} ${this.args.join(' ')}" does not answer`);
      }
      await sleep(10);
    }
  }

  /** Ends what was started here, at once: what it had not written to its disk is lost. */
  async stop(): Promise<void> {
    await this.#keeper?.dispose();
    this.#keeper = undefined;
  }

  /** It takes connections and answers nothing until it is stopped. */
  async freeze(): Promise<void> {
    process.kill(await this.processId(), 'SIGSTOP');
  }

  /** Ends it for good and removes its files. */
  async dispose(): Promise<void> {
    await this.stop();
    await this.#files.dispose();
  }

  /** Resolves when its replica has all that was written until now. */
  async untilReplicated(): Promise<void> {
    const offset = async (name: RegExp): Promise<number> =>
      Number(name.exec(String(await this.ask('INFO', 'replication')))?.[1]);
    const written = await offset(/^master_repl_offset:(\d+)/m);
    while (!((await offset(/^slave0:.*,offset=(\d+)/m)) >= written)) await sleep(50);
  }

  async processId(): Promise<number> {
    return Number(/^process_id:(\d+)/m.exec(String(await this.ask('INFO', 'server')))?.[1]);
  }

  /** One command, on a connection of its own. */
  async ask(command: string, ...args: string[]): Promise<unknown> {
    return askRedis(this.url, command, ...args);
  }
}

function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'nestjs-sessions-redis-'));
}

async function redisProgram(): Promise<string> {
  return (
    process.env['NESTJS_SESSIONS_REDIS_SERVER'] ??
    neededProgram({
      names: ['redis-server', 'valkey-server'],
      debianPackage: 'redis-server',
      advice:
        'install it, or Valkey (apt-get install redis-server, brew install redis), so that it is in the PATH, or set ' +
        'NESTJS_SESSIONS_REDIS_SERVER to the path of one, or NESTJS_SESSIONS_REDIS_URL to the URL of a server for tests.',
    })
  );
}

/** One command to any server, on a connection of its own. */
export async function askRedis(url: string, command: string, ...args: string[]): Promise<unknown> {
  const once = { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 };
  // A server that is busy or still loading answers some commands, and its INFO is none of them.
  const client = new Redis(url, { ...once, enableReadyCheck: false });
  client.on('error', () => undefined);
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

function isPong(answer: unknown): boolean {
  return answer === 'PONG';
}
