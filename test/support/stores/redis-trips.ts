import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

/** Counts the commands that clients send to a server, as the server tells whoever monitors it. Those of scripts are none. */
export class RedisTrips {
  readonly commands: string[] = [];

  private constructor(
    private readonly redis: Redis,
    private readonly monitor: Redis,
    /** Keys that are counted begin with it. */
    private readonly prefix: string,
  ) {
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source !== 'lua') this.commands.push(args.join(' '));
    });
  }

  static async on(url: string, prefix: string): Promise<RedisTrips> {
    const redis = new Redis(url);
    return new RedisTrips(redis, await redis.monitor(), prefix);
  }

  async during(work: () => Promise<unknown>): Promise<number> {
    await this.#seen();
    this.commands.length = 0;
    await work();
    await this.#seen();
    return this.commands.filter((command) => command.includes(this.prefix)).length;
  }

  close(): void {
    this.redis.disconnect();
    this.monitor.disconnect();
  }

  /** The monitor has told of all that came before. */
  async #seen(): Promise<void> {
    const mark = randomBytes(6).toString('hex');
    await this.redis.echo(mark);
    while (!this.commands.some((command) => command.includes(mark))) await new Promise(setImmediate);
  }
}
