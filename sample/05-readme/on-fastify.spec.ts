import { Browser } from '../../test/support/http/browser.js';
import { bootstrap } from './on-fastify.js';

it('logs in and out on Fastify', async () => {
  process.env['PORT'] = '0';
  const app = await bootstrap();
  const ann = new Browser(await app.getUrl());

  expect((await ann.get('/me')).status).toBe(401);
  await ann.post('/login', { userId: 'ann' });
  expect((await ann.get('/me')).json()).toEqual({ userId: 'ann' });
  await ann.post('/logout', {});
  expect((await ann.get('/me')).status).toBe(401);

  await app.close();
});
