import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { SessionsModule, type SessionStore } from 'nestjs-sessions';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Browser } from '../support/http/browser.js';
import { gate } from '../support/http/gates.js';
import { LogBook } from '../support/http/test-app.js';
import { everyStoreKind, type StorePlace } from '../support/stores/stores.js';
import { VisitsController } from './apps/visits.controller.js';

interface Served {
  readonly nest: INestApplication;
  readonly server: Server;
  readonly browser: Browser;
}

/** On a server of the application's own, which Nest neither starts nor closes. */
async function serve(store: SessionStore): Promise<Served> {
  @Module({ imports: [SessionsModule.forRoot({ store, cleanup: false })], controllers: [VisitsController] })
  class AppModule {}
  const instance = express();
  const nest = await NestFactory.create(AppModule, new ExpressAdapter(instance), { logger: new LogBook() });
  await nest.init();
  const server = createServer(instance);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { nest, server, browser: new Browser(`http://127.0.0.1:${port}`) };
}

describe.each(everyStoreKind)('An application that is closed before its HTTP server, on $name,', (kind) => {
  let place: StorePlace;
  let served: Served;
  let other: Served;

  beforeEach(async () => {
    place = await kind.prepare();
    const store = place.open();
    [served, other] = [await serve(store), await serve(store)];
  });
  afterEach(async () => {
    for (const { nest, server } of [served, other]) {
      await nest.close();
      server.close();
    }
    await place.dispose();
  });

  it.each(['visits', 'naive-visits'])('acknowledges no update that it does not store: %s', async (path) => {
    await served.browser.post('/visits');
    const name = `closing-${kind.name}-${path}`;
    const running = served.browser.post(`/${path}/at/${name}`);
    await gate(name).reached;

    await served.nest.close();
    gate(name).open();

    const { status } = await running;
    const stored = (await served.browser.at(other.browser.url).get('/session')).json();
    expect([status, stored]).toEqual(status === 201 ? [201, { visits: 2 }] : [503, { visits: 1 }]);
  });

  it('takes no lock any more, also for those who waited for one, and tells them to come again', async () => {
    await served.browser.post('/visits');
    const name = `closing-${kind.name}-waiting`;
    const holding = served.browser.post(`/visits/at/${name}`);
    await gate(name).reached;
    const waiting = Array.from({ length: 5 }, () => served.browser.clone().post('/visits'));
    // They have arrived by then.
    await served.browser.get('/nowhere');
    await served.browser.get('/nowhere');

    await served.nest.close();
    const late = await served.browser.clone().post('/visits');

    const refused = await Promise.all([...waiting, late].map(async (reply) => (await reply).status));
    expect(refused).toEqual(refused.map(() => 503));
    expect((await served.browser.at(other.browser.url).post('/visits')).text).toBe('2');
    gate(name).open();
    expect((await holding).status).toBe(503);
  });
});
