import { setTimeout as pause } from 'node:timers/promises';
import { MemoryStore, type Session } from 'nestjs-sessions';
import { GlobalFilter } from '../../support/http/global-filter.js';
import { shapesNamed } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { startShape, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';
import { fails, SECRET_OF_THE_STORE } from '../../support/stores/store-failures.js';
import type { TestApp } from '../../support/http/test-app.js';

const shapes = shapesNamed({
  express: [
    'a value',
    'a reply in a timer',
    'a global interceptor that works on the value later',
    'res.render()',
    'next() to no other handler',
    'middleware of a module that answers',
  ],
  fastify: [
    'a value, on Fastify',
    'a reply in a timer, on Fastify',
    'a global interceptor that works on the value later, on Fastify',
    'reply.send()',
    'reply.raw.end()',
    'middleware of a module that answers, on Fastify',
  ],
});

describe.each(shapes)('The filter that a failed commit reaches decides what it says: $name', (shape) => {
  let store: ObservedStore;
  let app: TestApp;

  async function visitInVain(filter: GlobalFilter, operation: 'update' | 'tryLock' = 'update'): Promise<unknown> {
    store = new ObservedStore(new MemoryStore());
    app = await startShape(shape, { store, storeTimeout: 200 }, (nest) => nest.useGlobalFilters(filter));
    const visitor = await visitorOf(app);
    store.before(operation, fails[1]);
    const seen = await visit(visitor, shape);
    store.mend();
    expect(await storedCount(visitor)).toBe(0);
    return seen;
  }
  afterEach(() => app.close());

  it('one that never answers is answered for', async () => {
    const filter = new GlobalFilter(() => undefined);

    const reply = await visitInVain(filter);

    expect(filter.errors).toHaveLength(1);
    expect(reply).toMatchObject({ status: 503, text: expect.not.stringContaining(SECRET_OF_THE_STORE) });
  });

  it('one that answers later is waited for', async () => {
    const filter = new GlobalFilter(async (response) => {
      await pause(5);
      response.status(507).send('later');
    });

    expect(await visitInVain(filter)).toMatchObject({ status: 507, text: 'later' });
  });

  it('one that fails itself is an error that says nothing', async () => {
    const filter = new GlobalFilter(() => {
      throw new Error(SECRET_OF_THE_STORE);
    });

    const reply = await visitInVain(filter);

    expect(reply).toMatchObject({ text: expect.not.stringContaining(SECRET_OF_THE_STORE) });
    expect([500, 503]).toContain((reply as { status: unknown }).status);
  });

  it('one that says that all went well has its way, with one warning that names the route', async () => {
    const filter = new GlobalFilter((response) => void response.status(200).send('fine'));

    expect(await visitInVain(filter)).toMatchObject({ status: 200, text: 'fine', setCookies: [] });

    const warnings = app.logs.matching(new RegExp(`GET ${shape.path}`), 'warn');
    expect(warnings).toHaveLength(1);
  });

  it.each(['update', 'tryLock'] as const)(
    'one that works on the session neither throws nor rejects, and its status stays: %s',
    async (operation) => {
      const outcomes: unknown[] = [];
      const filter = new GlobalFilter(async (response, session) => {
        outcomes.push(...(await outcomesOf(session)));
        response.status(507).send({ flash: 'sorry' });
      });

      expect(await visitInVain(filter, operation)).toMatchObject({ status: 507, setCookies: [] });

      expect(outcomes).toEqual(['set', 'save', 'load', 'destroy']);
    },
  );

  it.each(['update', 'tryLock'] as const)('one that awaits nothing ends no process: %s', async (operation) => {
    const filter = new GlobalFilter((response, session) => {
      session.get('n');
      session.set('flash', 'sorry');
      void session.save();
      void session.destroy();
      response.status(507).send('sorry');
    });

    expect(await visitInVain(filter, operation)).toMatchObject({ status: 507, text: 'sorry', setCookies: [] });
  });
});

/** The names of the steps that neither throw nor reject, and the errors of those that do. */
async function outcomesOf(session: Session): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  const steps = {
    set: () => session.set('flash', 'sorry'),
    save: () => session.save(),
    load: () => session.load(),
    destroy: () => session.destroy(),
  };
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run();
      outcomes.push(step);
    } catch (error) {
      outcomes.push(error);
    }
  }
  return outcomes;
}
