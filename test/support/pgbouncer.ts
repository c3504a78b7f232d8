import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian-package.js';
import { freePort, isListening } from './free-port.js';
import { unprivilegedUser } from './unprivileged-user.js';

const run = promisify(execFile);
const START_LIMIT = 5_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real pgbouncer that gives out the connections to a server by transaction. */
export class PgBouncer {
  private constructor(
    readonly port: number,
    readonly version: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
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
        '',
      ].join('\n'),
    );
    const child = spawn('pgbouncer', ['-q', join(directory, 'pgbouncer.ini')], { ...user, cwd: '/', stdio: 'ignore' });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const started = Date.now();
    while (!(await isListening(own))) {
      if (child.exitCode !== null || Date.now() - started > START_LIMIT) throw new Error('pgbouncer did not start');
      await sleep(5);
    }
    return new PgBouncer(own, version, child, directory);
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
    await rm(this.directory, { recursive: true, force: true });
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
