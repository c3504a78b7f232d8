import { Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SessionsModule } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { Browser } from '../../test/support/http/browser.js';
import { TestApp } from '../../test/support/http/test-app.js';
import { RedisServer } from '../../test/support/servers/redis-server.js';
import { AccountsController } from './accounts.controller.js';
import { LogoutController } from './replicated-logout.controller.js';

it('tells how many replicas have the logout: none, where there are none', async () => {
  const server = await RedisServer.start();
  const client = new Redis(server.url);
  @Module({ providers: [{ provide: 'redis', useValue: client }], exports: ['redis'] })
  class RedisModule {}
  const app = await TestApp.start({
    imports: [RedisModule, SessionsModule.forRoot({ store: new RedisStore({ client }) })],
    // The first of two routes of the same path answers.
    controllers: [LogoutController, AccountsController],
    sessions: false,
  });
  const ann = new Browser(app.url);
  await ann.post('/login', { userId: 'ann' });

  expect((await ann.post('/logout', {})).json()).toEqual({ replicas: 0 });
  expect((await ann.get('/me')).status).toBe(401);

  await app.close();
  client.disconnect();
  await server.stop();
});
