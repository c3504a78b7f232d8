import { Controller, Get, StreamableFile } from '@nestjs/common';
import { PassThrough, type Readable } from 'node:stream';
import { LockSession, Session } from 'nestjs-sessions';
import { Exchange } from '../support/http/exchange.js';
import { Gate } from '../support/basics/gate.js';
import { NEST } from '../support/basics/nest.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let gate = new Gate();
let source = new PassThrough();

@Controller()
class Streams {
  @Get('streamable-file') streamableFile(@Session() session: Session): StreamableFile {
    session.set('found', 'early');
    void gate.pass().then(() => {
      session.set('found', 'late');
      source.end('last');
    });
    source.write('first,');
    return new StreamableFile(source);
  }

  @Get('readable') readable(@Session() session: Session): Readable {
    this.streamableFile(session);
    return source;
  }

  /** Begins only when it is read: all that it does belongs to the stream. */
  @Get('generator') async *generator(@Session() session: Session): AsyncGenerator<string> {
    session.set('found', 'early');
    yield 'first,';
    await gate.pass();
    session.set('found', 'late');
    yield 'last';
  }

  @Get('web-stream') webStream(@Session() session: Session): ReadableStream<string> {
    session.set('found', 'early');
    return new ReadableStream({
      start: async (controller) => {
        controller.enqueue('first,');
        await gate.pass();
        session.set('found', 'late');
        controller.enqueue('last');
        controller.close();
      },
    });
  }

  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('locked') @LockSession({ wait: 2_000 }) locked(@Session() session: Session): object {
    return { found: session.get('found'), locked: session.locked };
  }
}

/** Nest 11 takes a `StreamableFile` for a stream, and nothing else. */
const itOnNest12 = NEST < 12 ? it.skip : it;
const STREAMS = NEST < 12 ? ['streamable-file'] : ['streamable-file', 'readable', 'web-stream'];
const GENERATORS = NEST < 12 ? [] : ['generator'];

describe.each(PLATFORMS)('A stream holds no lock, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Streams], sessions: { store, storeTimeout: WHILE_HELD } });
  });
  beforeEach(() => {
    gate = new Gate();
    source = new PassThrough();
  });
  afterEach(() => {
    gate.open();
    source.destroy();
    store.mend();
  });
  afterAll(() => app.close());

  const found = (route: string): unknown => (route === 'generator' ? expect.anything() : 'early');

  describe.each([...STREAMS, ...GENERATORS])('%s', (route) => {
    it('is committed before the first byte and unlocked while it streams; what changes later is stored at its end', async () => {
      const visitor = app.browser();
      await visitor.get('/start');
      const exchange = new Exchange(`${app.url}/${route}`, { headers: { cookie: visitor.cookieHeader } });
      const head = await exchange.head;
      await new Promise((resolve) => head.once('readable', resolve));

      expect((await visitor.get('/locked')).json()).toEqual({ found: found(route), locked: true });

      const commit = store.hold('update');
      let isComplete = false;
      const text = exchange.text().finally(() => (isComplete = true));
      gate.open();
      await commit.reached;
      await app.browser().get('/nowhere');
      await app.browser().get('/nowhere');
      expect(isComplete).toBe(false);

      commit.open();
      expect(await text).toBe('first,last');
      expect((await visitor.get('/locked')).json()).toEqual({ found: 'late', locked: true });
    });

    it('whose client leaves keeps what it changed, and no lock', async () => {
      const visitor = app.browser();
      await visitor.get('/start');
      const exchange = new Exchange(`${app.url}/${route}`, { headers: { cookie: visitor.cookieHeader } });
      const head = await exchange.head;
      await new Promise((resolve) => head.once('readable', resolve));

      exchange.leave();

      expect((await visitor.get('/locked')).json()).toEqual({ found: found(route), locked: true });
      gate.open();
    });
  });

  it.each(STREAMS)('%s: a first visit is stored before its first byte', async (route) => {
    const commit = store.hold('create');
    const exchange = new Exchange(`${app.url}/${route}`);
    await commit.reached;
    await app.browser().get('/nowhere');
    await app.browser().get('/nowhere');
    expect(exchange.isAnswered).toBe(false);

    commit.open();
    gate.open();
    const [cookie = ''] = (await exchange.head).headers['set-cookie'] ?? [];
    expect(await exchange.text()).toBe('first,last');

    const next = await app.browser().get('/locked', { headers: { cookie: cookie.split(';', 1)[0] ?? '' } });
    expect(next.json()).toEqual({ found: 'late', locked: true });
  });

  itOnNest12('generator: a first visit that begins in the stream is stored before its last byte', async () => {
    const commit = store.hold('create');
    const exchange = new Exchange(`${app.url}/generator`);
    gate.open();
    let isComplete = false;
    const text = exchange.text().then(() => (isComplete = true));
    await commit.reached;
    await app.browser().get('/nowhere');
    await app.browser().get('/nowhere');
    expect(isComplete).toBe(false);

    commit.open();
    await text;

    const [cookie = ''] = (await exchange.head).headers['set-cookie'] ?? [];
    const next = await app.browser().get('/locked', { headers: { cookie: cookie.split(';', 1)[0] ?? '' } });
    expect(next.json()).toEqual({ found: 'late', locked: true });
  });
});
