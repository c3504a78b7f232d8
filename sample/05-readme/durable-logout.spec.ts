import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { AccountsController } from './accounts.controller.js';
import { DurableLogoutController } from './durable-logout.controller.js';
import { until } from '../../test/support/basics/within.js';
import { Browser } from '../../test/support/http/browser.js';
import { RedisServer } from '../../test/support/servers/redis-server.js';

it('a logout that waits for a replica tells how many have it, and the replica has it', async () => {
  const master = await RedisServer.start({ 'repl-diskless-sync-delay': '0' });
  const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}` });
  await until('it is a replica', async () =>
    /^master_link_status:up/m.test(String(await replica.ask('INFO', 'replication'))),
  );
  const client = new Redis(master.url);
  const module = await Test.createTestingModule({
    imports: [SessionsModule.forRoot({ store: new RedisStore({ client }) })],
    controllers: [DurableLogoutController, AccountsController],
    providers: [{ provide: 'redis', useValue: client }],
  }).compile();
  const app = module.createNestApplication();
  await app.listen(0);
  const visitor = new Browser(await app.getUrl());
  await visitor.post('/login', { userId: 'ann' });

  const { replicas } = (await visitor.post('/logout')).json<{ replicas: number }>();
  // On a machine that stands still none may have it within these 100 ms.
  expect([0, 1]).toContain(replicas);
  await master.untilReplicated();
  const [key = ''] = (await replica.ask('KEYS', 'sessions:*')) as string[];
  expect(String(await replica.ask('GET', key)).slice(0, 2)).toBe('1D');

  await app.close();
  client.disconnect();
  await replica.dispose();
  await master.dispose();
});
