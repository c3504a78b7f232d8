import { Body, Controller, Get, Post } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FileStore, LockSession, Session, type SessionStore } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import type { Browser, Reply } from '../support/http/browser.js';
import { PostgresBinaries } from '../support/servers/postgres-binaries.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { SmallDisk } from '../support/servers/small-disk.js';
import { TestApp } from '../support/http/test-app.js';

interface Trouble {
  readonly store: SessionStore;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
  /** Whether anything is left of writes that failed. */
  leftovers?(): Promise<string[]>;
  dispose(): Promise<void>;
}

async function fileStore(
  begin: (disk: SmallDisk) => Promise<void> | void,
  end: (disk: SmallDisk) => Promise<void> | void,
): Promise<Trouble> {
  const disk = await SmallDisk.mount('512k');
  const directory = join(disk.path, 'sessions');
  return {
    store: new FileStore({ directory }),
    begin: () => begin(disk),
    end: () => end(disk),
    leftovers: async () => {
      const names = await readdir(directory, { recursive: true });
      // A session is two files: a head and its data.
      return names.filter((name) => name.includes(',')).slice(2);
    },
    dispose: () => disk.dispose(),
  };
}

async function postgresOnSmallDisk(): Promise<Trouble> {
  const { user } = await PostgresBinaries.find();
  const disk = await SmallDisk.mount('2m', user);
  const server = await PostgresServer.start();
  const database = await PostgresDatabase.create(server.url);
  await database.query(`CREATE TABLESPACE small LOCATION '${disk.path}'`);
  const url = database.urlWith({ options: '-c default_tablespace=small' });
  return {
    store: new PostgresStore({ connectionString: url, createTable: true }),
    begin: () => disk.fill(),
    end: () => disk.makeRoom(),
    dispose: async () => {
      await database.admin.end();
      await server.dispose();
      await disk.dispose();
    },
  };
}

async function readOnlyPostgres(): Promise<Trouble> {
  const database = await PostgresDatabase.create();
  const { pathname } = new URL(database.url);
  const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
    await database.query(`ALTER DATABASE ${pathname.slice(1)} SET default_transaction_read_only = ${value}`);
    // Only those that connect from now on hear of it.
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    // The store hears of that, or it would try one dead connection after the other.
    await pause(50);
  };
  return {
    store: new PostgresStore({ connectionString: database.url, createTable: true }),
    begin: () => setReadOnly('on'),
    end: async () => {
      await database.query('SET default_transaction_read_only = off');
      await setReadOnly('off');
    },
    dispose: () => database.drop(),
  };
}

let handlersRun = 0;

@Controller()
class Pages {
  @Get('text') @LockSession('read-only') text(@Session() session: Session): unknown {
    return String(session.get('text')).length;
  }

  @Post('text') write(@Session() session: Session, @Body() { length }: { length: number }): string {
    handlersRun += 1;
    // What a database could not compress.
    session.set('text', randomBytes(length / 2).toString('hex'));
    return 'stored, it says';
  }
}

describe.each<[string, boolean, () => Promise<Trouble>]>([
  [
    'FileStore on a disk that is full',
    true,
    () =>
      fileStore(
        (disk) => disk.fill(),
        (disk) => disk.makeRoom(),
      ),
  ],
  [
    'FileStore on a disk that is read-only',
    false,
    () =>
      fileStore(
        (disk) => disk.setReadOnly(true),
        (disk) => disk.setReadOnly(false),
      ),
  ],
  ['PostgreSQL on a disk that is full', true, postgresOnSmallDisk],
  ['PostgreSQL that is read-only', false, readOnlyPostgres],
])('A store that cannot be written: %s', (_, canLock, prepare) => {
  let trouble: Trouble;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    trouble = await prepare();
    app = await TestApp.start({ controllers: [Pages], sessions: { store: trouble.store } });
    visitor = app.browser();
  });
  afterAll(async () => {
    await app.close();
    await trouble.dispose();
  });

  function expectFailure(reply: Reply): void {
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(reply.text).not.toContain('stored, it says');
  }

  it('answers 503 to what changes a session, serves what reads it, keeps it, and writes again by itself', async () => {
    await visitor.post('/text', { length: 100 });
    handlersRun = 0;
    await trouble.begin();

    expectFailure(await app.browser().post('/text', { length: 20_000 }));
    expectFailure(await visitor.post('/text', { length: 20_000 }));
    expect(handlersRun).toBe(canLock ? 2 : 1);
    expect(await visitor.get('/text')).toMatchObject({ status: 200, text: '100', setCookies: [] });
    expect(app.logs.matching(/ENOSPC|EROFS|53100|25006/, 'error')).not.toEqual([]);

    await trouble.end();
    expect((await trouble.leftovers?.()) ?? []).toEqual([]);
    expect((await visitor.post('/text', { length: 20_000 })).status).toBe(201);
    expect((await visitor.get('/text')).text).toBe('20000');
  });
});
