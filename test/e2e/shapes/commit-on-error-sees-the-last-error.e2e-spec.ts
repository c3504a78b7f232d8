import { MemoryStore, type CommitOnError } from 'nestjs-sessions';
import { discardedShapes, shapeNamed } from '../../support/http/handler-shapes.js';
import { startShape, storedCount, visit, visitorOf } from '../../support/http/shape-app.js';
import type { TestApp } from '../../support/http/test-app.js';

describe('commitOnError', () => {
  let app: TestApp;

  async function countAfter(name: string, commitOnError: CommitOnError): Promise<unknown> {
    const shape = shapeNamed(name);
    app = await startShape(shape, { store: new MemoryStore(), commitOnError });
    const visitor = await visitorOf(app);
    expect((await visit(visitor, shape)).status).toBe(shape.status);
    return storedCount(visitor);
  }
  afterEach(() => app.close());

  it('knows of no error that a retry has mended', async () => {
    expect(await countAfter('an interceptor that tries again', false)).toBe(1);
  });

  it('knows of no error that an interceptor has answered', async () => {
    expect(await countAfter('an interceptor that answers an error', false)).toBe(1);
  });

  it('false discards a 404 that was thrown, and none that a handler sends by itself', async () => {
    expect(await countAfter('an error below 500', false)).toBe(0);
    await app.close();
    expect(await countAfter('@HttpCode(404)', false)).toBe(1);
  });

  it.each(['an outer interceptor that fails afterwards', 'a value with a BigInt'])(
    'is asked by the status alone when the error came after the handler, where it is not known: %s',
    async (name) => {
      const seen: unknown[] = [];
      const decide = (error: unknown, status: number): boolean => seen.push([error, status]) > 0;

      expect(await countAfter(name, decide)).toBe(1);

      expect(seen.at(-1)).toEqual([undefined, 500]);
    },
  );

  it.each(discardedShapes.filter(({ status }) => status === 500))(
    'true stores what a 500 did: $name',
    async ({ name }) => {
      const shape = shapeNamed(name);
      // Its handler, which counts, has not run.
      expect(await countAfter(name, true)).toBe(shape.path === '/discarded/pipe' ? 0 : 1);
    },
  );

  it.each<[string, () => unknown]>([
    ['that says yes', () => Promise.resolve(true)],
    ['that says no', () => Promise.resolve(false)],
    ['that is rejected', () => Promise.reject(new Error('asked in vain'))],
  ])('refuses a promise %s: nothing is stored, and the log says why', async (_, answer) => {
    // The type forbids it; JavaScript does not.
    const commitOnError = answer as unknown as CommitOnError;

    expect(await countAfter('a handler that throws', commitOnError)).toBe(0);

    expect(app.logs.matching(/commitOnError/, 'error')).not.toEqual([]);
  });
});
