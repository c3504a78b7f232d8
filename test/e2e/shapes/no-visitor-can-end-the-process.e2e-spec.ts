import { setTimeout as pause } from 'node:timers/promises';
import { Browser } from '../../support/http/browser.js';
import { notAwaitedShapes, shapeNamed } from '../../support/http/handler-shapes.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { isAcknowledged, storedCount, visit } from '../../support/http/shape-app.js';
import { spawnApp, type SpawnedApp } from '../../support/processes/child-process.js';
import { nonsense } from '../../support/stores/store-failures.js';

/** Longer than the timers of the shapes: what they do too late has happened. */
const LATER = 200;

const PLAIN_SHAPES = {
  express: ['a value', 'a reply in a timer', 'a stream that is piped'],
  fastify: ['a value, on Fastify', 'a reply in a timer, on Fastify', 'a stream that is piped to reply.raw'],
};

describe.each(PLATFORMS)('A process whose store cannot be written lives on, on %s', (platform) => {
  const shapes = notAwaitedShapes.filter((shape) => shape.platform === platform);
  const plainShapes = PLAIN_SHAPES[platform].map(shapeNamed);
  const SHAPES = JSON.stringify([...shapes, ...plainShapes].map(({ name }) => name));
  let child: SpawnedApp | undefined;
  let visitor: Browser;

  /** The process that the visitors before have not ended, or a new one. */
  async function livingProcess(): Promise<SpawnedApp> {
    if (child?.process.exitCode === null) return child;
    return spawnApp(new URL('../apps/shapes.app.ts', import.meta.url), { env: { SHAPES } });
  }

  beforeEach(async () => {
    child = await livingProcess();
    visitor = new Browser(child.ready);
    await visitor.post('/store/works');
    await visitor.get('/start');
  });

  async function breakStore(failure: string): Promise<void> {
    await visitor.post(`/store/fails/${encodeURIComponent(failure)}`);
  }

  async function expectToLive(): Promise<void> {
    await pause(LATER);
    expect({ code: child?.process.exitCode, output: child?.output() }).toMatchObject({
      code: null,
      output: expect.not.stringMatching(/unhandled|uncaught/i),
    });
    await visitor.post('/store/works');
    expect(await storedCount(visitor)).toBe(0);
  }

  it.each(shapes)('and the reply is an error: $name', async (shape) => {
    if (shape.status === 503) {
      await breakStore('fails');
    }

    expect(await visit(visitor, shape)).toMatchObject({ status: shape.status, setCookies: [] });

    await expectToLive();
  });

  describe.each(nonsense)('when the store %s', (failure) => {
    it.each(plainShapes)('and the reply is no success: $name', async (shape) => {
      await breakStore(failure);

      expect(isAcknowledged(await visit(visitor, shape))).toBe(false);

      await expectToLive();
    });
  });
});
