import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { Keeper } from '../engine/keeper.js';
import { oncePerProcess } from './once-per-process.js';
import { PostgresBinaries } from './postgres-binaries.js';
import type { Certificate } from './self-signed-certificate.js';

/*
 * Real PostgreSQL servers for tests. `NESTJS_SESSIONS_POSTGRES_URL` names one that runs already, with a user that may create
 * databases and roles; else each process of jest starts one when its first test asks, which its other spec files find again.
 * Tests that stop or crash a server start their own in any case.
 */

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // A test of a crash ends the server and not the machine, and what was written to a file outlives that.
  fsync: 'off',
};

type FillDirectory = (binaries: PostgresBinaries, data: string) => Promise<void>;

const makeCluster: FillDirectory = (binaries, data) =>
  binaries.run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);

/** The files have the names that the server looks for. */
function tlsCluster({ key, cert }: Certificate): FillDirectory {
  return async (binaries, data) => {
    await makeCluster(binaries, data);
    const { uid, gid } = binaries.user;
    for (const [name, text] of Object.entries({ 'server.key': key, 'server.crt': cert })) {
      const file = join(data, name);
      await writeFile(file, text, { mode: 0o600 });
      if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
    }
  };
}

export class PostgresServer {
  /** Of the database that every server has. */
  readonly url: string;
  readonly #data: string;

  private constructor(
    private readonly directory: string,
    private readonly binaries: PostgresBinaries,
    private readonly keeper: Keeper,
    readonly port: number,
  ) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    this.#data = join(directory, 'data');
  }

  /** Starts one for the caller alone. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    return PostgresServer.#startIn(await PostgresServer.#newDirectory(), settings, makeCluster);
  }

  /** One that also speaks TLS. */
  static async startWithTls(certificate: Certificate): Promise<PostgresServer> {
    return PostgresServer.#startIn(await PostgresServer.#newDirectory(), { ssl: 'on' }, tlsCluster(certificate));
  }

  /** A streaming standby of this one: it can be read, and refuses what writes. */
  async startStandby(): Promise<PostgresServer> {
    const copy: FillDirectory = (binaries, data) =>
      binaries.run('pg_basebackup', [
        '-h',
        '127.0.0.1',
        '-p',
        String(this.port),
        '-U',
        'postgres',
        '-D',
        data,
        '-R',
        '-N',
      ]);
    return PostgresServer.#startIn(await PostgresServer.#newDirectory(), {}, copy);
  }

  /** The URL of the one that tests share. */
  static async sharedUrl(): Promise<string> {
    const given = process.env['NESTJS_SESSIONS_POSTGRES_URL'];
    if (given !== undefined) return given;
    return oncePerProcess(
      'postgres',
      async (directory) => (await PostgresServer.#startIn(directory, {}, makeCluster)).url,
    );
  }

  static #newDirectory(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'nestjs-sessions-postgres-'));
  }

  static async #startIn(
    directory: string,
    settings: Readonly<Record<string, string>>,
    fill: FillDirectory,
  ): Promise<PostgresServer> {
    const binaries = await PostgresBinaries.find();
    const { uid, gid } = binaries.user;
    if (uid !== undefined && gid !== undefined) await chown(directory, uid, gid);
    const end = '"$1/pg_ctl" -D "$0/data" -m immediate -w stop; rm -rf "$0"';
    const keeper = new Keeper('', end, [directory, binaries.directory], binaries.user);
    const server = new PostgresServer(directory, binaries, keeper, await freePort());
    try {
      await fill(binaries, server.#data);
      await server.startAgain(settings);
      return server;
    } catch (error) {
      await keeper.dispose();
      throw error;
    }
  }

  async startAgain(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const all = Object.entries({ ...SETTINGS, ...settings, port: String(this.port) });
    const options = all.map(([name, value]) => `-c ${name}='${value}'`).join(' ');
    await this.binaries.run('pg_ctl', [
      ...['-D', this.#data, '-w', '-l', join(this.directory, 'log')],
      ...['-o', options, 'start'],
    ]);
  }

  /** `fast` shuts it down; `immediate` is a crash, after which it has to recover. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.binaries.run('pg_ctl', ['-D', this.#data, '-w', '-m', mode, 'stop']);
  }

  /** Ends it for good and removes its files. */
  dispose(): Promise<void> {
    return this.keeper.dispose();
  }
}
