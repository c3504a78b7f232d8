import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import pg from 'pg';
import { MemoryStore, Sessions, type SessionEnd, type SessionsModuleOptions, type SessionStore } from 'nestjs-sessions';
import { createTableSql, PostgresStore } from 'nestjs-sessions/postgres';
import { ManualClock } from 'nestjs-sessions/testing';
import { generateSessionId, hashSessionId } from '../../../lib/session/session-id.js';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';
import { FaultProxy } from '../../support/servers/fault-proxy.js';
import { PostgresDatabase } from '../../support/servers/postgres-database.js';
import { socketAdaptersOnPlatforms } from '../../support/sockets/adapters.js';
import { PostgresTrips } from '../../support/stores/postgres-trips.js';

interface Client {
  readonly handshake?: { readonly headers: { readonly cookie?: string } };
  close?(code: number, reason: string): void;
  disconnect?(close: boolean): void;
}

@WebSocketGateway()
class Rooms implements OnGatewayConnection {
  static readonly ends: SessionEnd[] = [];

  constructor(private readonly sessions: Sessions) {}

  handleConnection(client: Client, request?: { headers: { cookie?: string } }): void {
    const { cookie } = (client.handshake ?? request)!.headers;
    this.sessions.watch(cookie, {
      onEnd: (reason) => {
        Rooms.ends.push(reason);
        if (client.disconnect) client.disconnect(true);
        else client.close?.(4401, reason);
      },
    });
  }
}

let database: PostgresDatabase;
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
});
afterAll(() => database.drop());

describe.each(socketAdaptersOnPlatforms)('A socket on $name, on $platform, that watches its session', (of) => {
  const { platform, name, connect, configure } = of;

  beforeEach(() => Rooms.ends.splice(0));

  const start = (store: SessionStore, watch: SessionsModuleOptions['watch'] = {}): Promise<TestApp> =>
    startNotes({ platform, providers: [Rooms], sessions: { store, watch }, configure, forceCloseConnections: true });
  const closed = name === 'ws' ? 4401 : 'io server disconnect';

  it('is closed at once by a logout in another tab', async () => {
    const app = await start(new MemoryStore());
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    const socket = await connect(app.url, visitor.cookieHeader);
    await visitor.post('/logout');

    expect(await socket.closed).toBe(closed);
    expect(Rooms.ends).toEqual(['ended']);
  });

  it('is closed at once where there is no session', async () => {
    const app = await start(new MemoryStore());
    const socket = await connect(app.url, `session_id=${'x'.repeat(43)}`);

    expect(await socket.closed).toBe(closed);
    expect(Rooms.ends).toEqual(['unknown']);
  });

  it('is closed within an interval by a logout in another process', async () => {
    const store = (): SessionStore => new PostgresStore({ connectionString: database.url });
    const [app, other] = [await start(store(), { interval: 100 }), await startNotes({ sessions: { store: store() } })];
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    const socket = await connect(app.url, visitor.cookieHeader);
    await visitor.at(other.url).post('/logout');

    expect(await socket.closed).toBe(closed);
    expect(Rooms.ends).toEqual(['ended']);
  });
});

describe('A thousand watched sessions', () => {
  const WATCHED = 1_000;
  const INTERVAL = 60_000;

  it('cost PostgreSQL one query an interval', async () => {
    const proxy = await FaultProxy.toUrl(database.url);
    const trips = new PostgresTrips(proxy);
    const pool = new pg.Pool({ connectionString: database.urlWith({ port: proxy.port }), max: 1 });
    const clock = new ManualClock(Date.now());
    const store = new PostgresStore({ pool });
    const app = await startNotes({ sessions: { store, clock, cleanup: false } });
    const ids = Array.from({ length: WATCHED }, generateSessionId);
    const record = { data: '{}', createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 };
    for (const id of ids) await store.create({ id: hashSessionId(id), record });

    const ended = new Map<string, () => void>();
    const nextEnd = (id: string): Promise<void> => new Promise((resolve) => ended.set(id, resolve));
    const destroy = (id: string): Promise<unknown> =>
      database.query(`DELETE FROM nestjs_sessions WHERE id = '${hashSessionId(id)}'`);
    const sessions = app.nest.get(Sessions);
    const [first = '', second = '', third = ''] = ids;
    await destroy(first);
    const firstLook = await trips.during(async () => {
      const heard = nextEnd(first);
      for (const id of ids) sessions.watch(`session_id=${id}`, { onEnd: () => ended.get(id)?.() });
      await heard;
    });
    expect(firstLook).toBe(1);

    for (const id of [second, third]) {
      await destroy(id);
      const heard = nextEnd(id);
      expect(
        await trips.during(async () => {
          await clock.advanceAsync(INTERVAL);
          await heard;
        }),
      ).toBe(1);
    }
    await app.close();
    await pool.end();
    proxy.close();
  });
});
