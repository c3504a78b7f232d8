import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { Browser } from '../../test/support/http/browser.js';
import { GraphqlSubscriber } from '../../test/support/http/graphql-subscriber.js';
import { OrdersModule } from './orders.resolver.js';

it('sends orders to who is logged in, until the logout', async () => {
  const app = await NestFactory.create(OrdersModule, { logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const visitor = new Browser(`http://127.0.0.1:${port}`);
  const ask = (query: string): Promise<unknown> => visitor.post('/graphql', { query });

  const stranger = new GraphqlSubscriber(visitor.url, '');
  const refused = await stranger.subscribe('subscription { orders }').next();
  expect(JSON.stringify(refused.value)).toContain('Unauthorized');

  await ask('mutation { login(userId: "ann") }');
  const subscriber = new GraphqlSubscriber(visitor.url, visitor.cookieHeader);
  const orders = subscriber.subscribe('subscription { orders }');
  const first = orders.next();
  const isSent = first.then(() => true);
  // The subscription has begun some time after it was asked for.
  while (!(await Promise.race([isSent, ask('mutation { order(item: "tea") }').then(() => false)])));
  expect((await first).value).toEqual({ data: { orders: 'tea' } });

  await ask('mutation { logout }');
  while ((await orders.next()).done !== true);

  await stranger.close();
  await subscriber.close();
  await app.close();
});
