import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { CartModule } from './cart.resolver.js';

it('keeps a cart in the session, by queries and mutations', async () => {
  const app = await NestFactory.create(CartModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  let cookie = '';

  async function ask(query: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ query }),
    });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response.json();
  }

  expect(await ask('mutation { a: addToCart(item: "apple") b: addToCart(item: "pear") }')).toEqual({
    data: { a: 1, b: 2 },
  });
  expect(await ask('{ me }')).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await ask('mutation { login(userId: "ann") }')).toEqual({ data: { login: true } });
  expect(await ask('{ me cart }')).toEqual({ data: { me: 'ann', cart: ['apple', 'pear'] } });
  await app.close();
});
