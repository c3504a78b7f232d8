import { Controller, Injectable, Post, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Session } from 'nestjs-sessions';
import type { Server } from 'node:http';
import { spawnApp } from '../support/processes/child-process.js';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { sharedStoreKinds, storeKinds } from '../support/stores/stores.js';
import { VisitsController } from './apps/visits.controller.js';

const VISITORS = 10;
const lock = { wait: 5_000, lease: 600_000 };

let gate = new Gate();
let late = new Gate();

@Controller()
class SlowController {
  @Post('slow') async slow(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('colour', 'blue');
    await session.save().finally(() => void late.pass());
  }
}

/** As applications do that do not wait for every client. */
@Injectable()
class CutConnections implements BeforeApplicationShutdown {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    (this.adapterHost.httpAdapter.getHttpServer() as Server).closeAllConnections();
  }
}

/** On a connection of its own: one that is kept alive and busy keeps a server from closing. */
async function isServed(url: string, cookie: string): Promise<boolean> {
  const exchange = new Exchange(url, { method: 'POST', headers: { cookie } });
  return exchange.head.then(
    ({ statusCode }) => statusCode === 201,
    () => false,
  );
}

describe.each(onPlatforms(storeKinds))('An application that shuts down, on $name,', ({ kind, platform }) => {
  it('lets go of the lock of a request that has not ended, which then overwrites nothing', async () => {
    [gate, late] = [new Gate(), new Gate()];
    const place = await preparePlace(kind);
    const store = place.open();
    const controllers = [SlowController];
    const app = await startNotes({ platform, controllers, providers: [CutConnections], sessions: { store, lock } });
    const sessions = { store: kind.isShared ? place.open() : store, lock };
    const next = await startNotes({ platform, controllers, sessions });
    const browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
    const slow = browser.post('/slow').catch(() => 'cut');
    await gate.reached;
    await app.close();

    expect(await slow).toBe('cut');
    expect((await browser.at(next.url).post('/notes', { colour: 'green' })).status).toBe(201);
    gate.open();
    await late.reached;
    expect((await browser.at(next.url).get('/notes')).json()).toEqual({ colour: 'green' });
  });
});

describe.each(sharedStoreKinds)('A process that gets SIGTERM under load, on $name,', (kind) => {
  it('has stored what it acknowledged, and leaves no session locked', async () => {
    const place = await preparePlace(kind);
    const env = { STORE: place.spec, LOCK: JSON.stringify(lock) };
    const child = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), { env });
    const here = await startNotes({
      controllers: [VisitsController],
      sessions: { store: place.open(), lock },
    });
    const visitors = Array.from({ length: VISITORS }, () => here.browser());
    await Promise.all(visitors.map(async (visitor) => visitor.post('/visits')));
    const busy = new Gate();
    busy.open();
    const working = visitors.map(async ({ cookieHeader }) => {
      let visits = 1;
      while (await isServed(`${child.ready}/visits?pause=5`, cookieHeader)) {
        visits += 1;
        if (visits === 10) void busy.pass();
      }
      return visits;
    });
    await busy.reached;
    child.process.kill('SIGTERM');
    const acknowledged = await Promise.all(working);

    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    for (const [n, visitor] of visitors.entries()) {
      expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: String((acknowledged[n] ?? 0) + 1) });
    }
  });
});
