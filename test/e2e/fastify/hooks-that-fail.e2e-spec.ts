import { Controller, Get } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { MemoryStore, Session } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { fastifyOf } from '../../support/http/any-platform.js';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';
import { count, loadAndCount } from '../../support/shapes/handler-shape.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { fails } from '../../support/stores/store-failures.js';

@Controller()
class Pages {
  @Get('count') count(@Session() session: Session): unknown {
    return count(session);
  }
}

let isFailing = false;

/** Fails once: the error reply passes by the hooks as well. */
function failOnce(): Error | undefined {
  const error = isFailing ? new Error('of the hook') : undefined;
  isFailing = false;
  return error;
}

const hooks: readonly [string, (fastify: FastifyInstance) => void][] = [
  [
    'that rejects',
    (fastify) =>
      void fastify.addHook('onSend', async () => {
        const error = failOnce();
        if (error !== undefined) throw error;
      }),
  ],
  [
    'that calls back with an error',
    (fastify) => void fastify.addHook('onSend', (_request, _reply, _payload, done) => done(failOnce() as never)),
  ],
];

describe('A hook onSend of the application', () => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  async function start(configure: (fastify: FastifyInstance) => void): Promise<void> {
    isFailing = false;
    store = new ObservedStore(new MemoryStore());
    app = await startNotes({
      platform: 'fastify',
      controllers: [Pages],
      sessions: { store, lock: { wait: 2_000 } },
      configure: (nest) => configure(fastifyOf(nest)),
    });
    visitor = app.browser();
    await visitor.post('/notes', { n: 1 });
    store.takeCalls();
  }

  it.each(hooks)('%s makes an error of the reply, of which nothing is stored', async (_, addHook) => {
    await start(addHook);
    isFailing = true;

    expect(await visitor.get('/count')).toMatchObject({ status: 500, setCookies: [] });
    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
    expect((await visitor.get('/notes')).json()).toEqual({ n: 1 });
  });

  it.each(hooks)('%s leaves nothing of a first visit, and no cookie', async (_, addHook) => {
    await start(addHook);
    isFailing = true;

    expect(await app.browser().get('/count')).toMatchObject({ status: 500, setCookies: [] });
    expect(store.takeCalls()).toEqual([]);
  });

  it('that takes the body away leaves a reply that is an error when its session cannot be stored', async () => {
    await start((fastify) => void fastify.addHook('onSend', (_request, _reply, _payload, done) => done(null, null)));
    store.before('update', fails[1]);

    expect(await visitor.get('/count')).toMatchObject({ status: 503, text: '' });
    store.mend();
    expect(await visitor.get('/count')).toMatchObject({ status: 200, text: '' });
    expect((await visitor.get('/notes')).status).toBe(200);
    expect(store.takeCalls()).toContain('update+unlock');
  });

  it('of one route comes after the commit: when it fails, what is stored stays, and so does the cookie of a new session', async () => {
    const onSend = async (): Promise<never> => {
      throw new Error('of the route');
    };
    await start((fastify) => void fastify.get('/late', { onSend }, (request) => loadAndCount(request)));

    expect(await visitor.get('/late')).toMatchObject({ status: 500, setCookies: [] });
    expect((await visitor.get('/notes')).json()).toEqual({ n: 2 });

    const stranger = app.browser();
    expect((await stranger.get('/late')).status).toBe(500);
    expect((await stranger.get('/notes')).json()).toEqual({ n: 1 });
  });
});
