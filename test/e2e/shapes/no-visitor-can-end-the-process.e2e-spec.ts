import { setTimeout as pause } from 'node:timers/promises';
import { Browser } from '../../support/http/browser.js';
import { notAwaitedShapes, shapeNamed } from '../../support/http/handler-shapes.js';
import { isAcknowledged, storedCount, visit } from '../../support/http/shape-app.js';
import { spawnApp, type SpawnedApp } from '../../support/processes/spawn-app.js';
import { nonsense } from '../../support/stores/store-failures.js';

/** Longer than the timers of the shapes: what they do too late has happened. */
const LATER = 200;

describe('A process whose store cannot be written lives on', () => {
  let child: SpawnedApp;
  let visitor: Browser;

  async function start(name: string): Promise<void> {
    child = await spawnApp(new URL('../apps/shapes.app.ts', import.meta.url), { env: { SHAPE: name } });
    visitor = new Browser(child.ready);
    await visitor.get('/start');
  }
  afterEach(async () => {
    child.process.kill();
    await child.exited;
  });

  async function breakStore(failure: string): Promise<void> {
    await new Browser(child.ready).post(`/store/fails/${encodeURIComponent(failure)}`);
  }

  async function expectToLive(): Promise<void> {
    await pause(LATER);
    expect({ code: child.process.exitCode, output: child.output() }).toMatchObject({
      code: null,
      output: expect.not.stringMatching(/unhandled|uncaught/i),
    });
    await new Browser(child.ready).post('/store/works');
    expect(await storedCount(visitor)).toBe(0);
  }

  it.each(notAwaitedShapes)('and the reply is an error: $name', async (shape) => {
    await start(shape.name);
    if (shape.status === 503) {
      await breakStore('fails');
    }

    expect(await visit(visitor, shape)).toMatchObject({ status: shape.status, setCookies: [] });

    await expectToLive();
  });

  describe.each(nonsense)('when the store %s', (failure) => {
    it.each(['a value', 'a reply in a timer', 'a stream that is piped'])(
      'and the reply is no success: %s',
      async (name) => {
        await start(name);
        await breakStore(failure);

        expect(isAcknowledged(await visit(visitor, shapeNamed(name)))).toBe(false);

        await expectToLive();
      },
    );
  });
});
