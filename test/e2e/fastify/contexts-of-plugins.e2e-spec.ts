import type { FastifyInstance } from 'fastify';
import { MemoryStore } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { fastifyOf } from '../../support/http/any-platform.js';
import { startNotes } from '../../support/http/notes-app.js';
import { loadAndCount } from '../../support/shapes/handler-shape.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { fails } from '../../support/stores/store-failures.js';

async function plugin(fastify: FastifyInstance): Promise<void> {
  fastify.get('/returned', (request) => loadAndCount(request));
  fastify.get('/sent', (request, reply) => {
    void loadAndCount(request.raw).then((counted) => reply.send(counted));
  });
  fastify.get('/throws', async (request) => {
    await loadAndCount(request);
    throw new Error('of the route');
  });
}

describe('A route that a plugin of Fastify registers in a context of its own', () => {
  let store: ObservedStore;
  let visitor: Browser;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    const app = await startNotes({
      platform: 'fastify',
      sessions: { store },
      configure: (nest) => void fastifyOf(nest).register(plugin, { prefix: '/plugin' }),
    });
    visitor = app.browser();
    await visitor.post('/notes', { n: 0 });
  });

  const notes = async (): Promise<unknown> => (await visitor.get('/notes')).json();

  it.each(['/plugin/returned', '/plugin/sent'])('has the session, stored and unlocked: %s', async (path) => {
    expect((await visitor.get(path)).json()).toEqual({ n: 1 });
    expect(await notes()).toEqual({ n: 1 });
  });

  it.each(['/plugin/returned', '/plugin/sent'])('loses none of thirty parallel counts: %s', async (path) => {
    await Promise.all(Array.from({ length: 30 }, () => visitor.clone().get(path)));

    expect(await notes()).toEqual({ n: 30 });
  });

  it.each(['/plugin/returned', '/plugin/sent'])('is an error when the commit fails: %s', async (path) => {
    store.before('update', fails[1]);
    const reply = await visitor.get(path);
    store.mend();

    expect(reply).toMatchObject({ status: 503, text: '{"statusCode":503,"message":"Service Unavailable"}' });
    expect(await notes()).toEqual({ n: 0 });
  });

  it('stores nothing when it throws', async () => {
    expect((await visitor.get('/plugin/throws')).status).toBe(500);
    expect(await notes()).toEqual({ n: 0 });
  });
});
