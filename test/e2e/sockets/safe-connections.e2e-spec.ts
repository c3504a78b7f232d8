import { WsAdapter } from '@nestjs/platform-ws';
import { MemoryStore } from 'nestjs-sessions';
import { WebSocket } from 'ws';
import { unhandledRejections } from '../../support/basics/unhandled-rejections.js';
import { Browser } from '../../support/http/browser.js';
import { startSampleApp, type SampleApp } from '../../support/http/sample-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

const TRY_AGAIN_LATER = 1013;

/** The gateway is that of the chat sample, whose code the documentation shows. */
describe('An asynchronous handleConnection() that catches its errors', () => {
  let store: ObservedStore;
  let sample: SampleApp;
  let visitor: Browser;
  const rejections = unhandledRejections();

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    sample = await startSampleApp({
      name: '07-chat',
      store,
      configure: (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    });
    visitor = new Browser(sample.url);
    await visitor.post('/login', { name: 'Ann' });
  });
  afterEach(async () => {
    await sample.close();
  });

  function connect(): WebSocket {
    return new WebSocket(`${sample.url.replace('http', 'ws')}/chat`, { headers: { cookie: visitor.cookieHeader } });
  }

  it('leaves the process alone when the store fails', async () => {
    store.breakDown();
    const code = await new Promise((resolve) => connect().once('close', resolve));

    expect(code).toBe(TRY_AGAIN_LATER);
    expect(rejections).toEqual([]);
    store.mend();
    const socket = connect();
    expect(
      await new Promise((resolve: (text: string) => void) =>
        socket.once('message', (data: Buffer) => resolve(data.toString())),
      ),
    ).toContain('Ann');
    socket.close();
  });
});
