import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian-package.js';
import { type UserIds, unprivilegedUser } from './unprivileged-user.js';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** The programs of PostgreSQL's server, run by a user that they accept. */
export class PostgresBinaries {
  private constructor(
    readonly directory: string,
    readonly user: UserIds,
  ) {}

  /** Those that are there; as root on Debian they are installed when there are none. */
  static async find(): Promise<PostgresBinaries> {
    let directory = await findDirectory();
    if (directory === undefined) {
      await installDebianPackage('postgresql');
      directory = await findDirectory();
    }
    if (directory !== undefined) return new PostgresBinaries(directory, unprivilegedUser('postgres', 'nobody'));
    throw new Error(
      'These tests need PostgreSQL. Install its server (apt-get install postgresql, brew install postgresql), or start one with ' +
        '`docker compose up -d` (compose.yaml) and set NESTJS_SESSIONS_POSTGRES_URL=postgres://postgres:postgres@127.0.0.1:5432/postgres',
    );
  }

  async run(program: string, args: readonly string[]): Promise<void> {
    try {
      await run(join(this.directory, program), args, { ...this.user, cwd: '/' });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
    }
  }
}

async function findDirectory(): Promise<string | undefined> {
  const versions = existsSync(DEBIAN) ? await readdir(DEBIAN) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'));
  const inPath = (process.env['PATH'] ?? '').split(delimiter);
  return [...newestFirst, ...inPath].find(
    (directory) => existsSync(join(directory, 'initdb')) && existsSync(join(directory, 'pg_ctl')),
  );
}
