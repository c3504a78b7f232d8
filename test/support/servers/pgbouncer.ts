import { execFile } from 'node:child_process';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian-package.js';
import { freePort, isListening } from './free-port.js';
import { Keeper } from '../engine/keeper.js';
import { unprivilegedUser } from './unprivileged-user.js';

const run = promisify(execFile);
const START_LIMIT = 60_000;

/** A real pgbouncer that gives out the connections to a server by transaction, and takes no prepared statements along. */
export class PgBouncer {
  private constructor(
    readonly port: number,
    readonly version: string,
    private readonly keeper: Keeper,
  ) {}

  /** `serverConnections` are shared by all clients. */
  static async start(databaseUrl: string, serverConnections: number): Promise<PgBouncer> {
    const version = await ensureBinary();
    const { hostname, port, username, password } = new URL(databaseUrl);
    const user = unprivilegedUser('postgres', 'nobody');
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-pgbouncer-'));
    if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
    const own = await freePort();
    const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`;
    await writeFile(
      join(directory, 'pgbouncer.ini'),
      [
        '[databases]',
        `* = host=${hostname} port=${port || '5432'} user=${username}${secret}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${own}`,
        'unix_socket_dir =',
        'auth_type = any',
        'pool_mode = transaction',
        `default_pool_size = ${serverConnections}`,
        // Newer ones take prepared statements along, unless they are told not to; older ones do not know the setting.
        ...(Number(version.split('.')[1]) >= 21 ? ['max_prepared_statements = 0'] : []),
        '',
      ].join('\n'),
    );
    const start = 'pgbouncer -q "$0/pgbouncer.ini" &';
    const keeper = new Keeper(start, 'kill -INT $!; wait; rm -rf "$0"', [directory], user);
    const started = Date.now();
    while (!(await isListening(own))) {
      if (Date.now() - started > START_LIMIT) throw new Error('pgbouncer did not start');
      await sleep(5);
    }
    return new PgBouncer(own, version, keeper);
  }

  stop(): Promise<void> {
    return this.keeper.dispose();
  }
}

async function ensureBinary(): Promise<string> {
  const version = (await versionOf()) ?? (await installDebianPackage('pgbouncer').then(versionOf));
  if (version !== undefined) return version;
  throw new Error('These tests need pgbouncer: install it (apt-get install pgbouncer) so that it is in the PATH.');
}

async function versionOf(): Promise<string | undefined> {
  try {
    const { stdout } = await run('pgbouncer', ['--version']);
    return /PgBouncer (\S+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
