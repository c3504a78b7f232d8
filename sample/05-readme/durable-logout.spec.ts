import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { AccountsController } from './accounts.controller.js';
import { DurableLogoutController } from './durable-logout.controller.js';
import { until } from '../../test/support/basics/within.js';
import { TestApp } from '../../test/support/http/test-app.js';
import { RedisServer } from '../../test/support/servers/redis-server.js';

describe('A logout that waits for a replica', () => {
  let master: RedisServer;
  let client: Redis;
  let app: TestApp;
  beforeEach(async () => {
    master = await RedisServer.start({ 'repl-diskless-sync-delay': '0' });
    client = new Redis(master.url);
    @Module({ providers: [{ provide: 'redis', useValue: client }], exports: ['redis'] })
    class RedisModule {}
    app = await TestApp.start({
      imports: [RedisModule, SessionsModule.forRoot({ store: new RedisStore({ client }) })],
      // The first of two routes of the same path answers.
      controllers: [DurableLogoutController, AccountsController],
      sessions: false,
    });
  });
  afterEach(async () => {
    await app.close();
    client.disconnect();
    await master.dispose();
  });

  it('tells how many have it, and the replica has it', async () => {
    const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}` });
    await until('it is a replica', async () =>
      /^master_link_status:up/m.test(String(await replica.ask('INFO', 'replication'))),
    );
    const ann = app.browser();
    await ann.post('/login', { userId: 'ann' });

    const { replicas } = (await ann.post('/logout')).json<{ replicas: number }>();
    // On a machine that stands still none may have it within these 100 ms.
    expect([0, 1]).toContain(replicas);
    await master.untilReplicated();
    const [key = ''] = (await replica.ask('KEYS', 'sessions:*')) as string[];
    expect(String(await replica.ask('GET', key)).slice(0, 2)).toBe('1D');
    await replica.dispose();
  });

  it('tells that none has it, where there are none', async () => {
    const ann = app.browser();
    await ann.post('/login', { userId: 'ann' });

    expect((await ann.post('/logout', {})).json()).toEqual({ replicas: 0 });
    expect((await ann.get('/me')).status).toBe(401);
  });
});
