import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { AddressInfo, Server } from 'node:net';
import {
  MemoryStore,
  Sessions,
  SessionsModule,
  SessionStore,
  type ClosableStore,
  type SweepBatch,
} from 'nestjs-sessions';
import { NEST } from '../support/basics/nest.js';
import { Browser } from '../support/http/browser.js';
import { NotesController } from '../support/http/notes-app.js';

/** Notes what the module does with it. */
class Witness extends MemoryStore implements ClosableStore {
  readonly seen: string[] = [];

  override start(...context: Parameters<MemoryStore['start']>): Promise<void> {
    this.seen.push('start');
    return super.start(...context);
  }

  override create(...record: Parameters<MemoryStore['create']>): ReturnType<MemoryStore['create']> {
    this.seen.push('create');
    return super.create(...record);
  }

  override async *sweep(): AsyncGenerator<SweepBatch> {
    this.seen.push('sweep');
    yield { removed: 0 };
  }

  async close(): Promise<void> {
    this.seen.push('close');
  }
}

function testing(configured: SessionStore, override: unknown): Promise<TestingModule> {
  @Module({ imports: [SessionsModule.forRoot({ store: configured })], controllers: [NotesController] })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SessionStore)
    .useValue(override)
    .compile();
}

describe('A store that a test puts in the place of SessionStore', () => {
  it('is the one that requests, Sessions, the clean-up, start-up and shutdown use; the configured one is left alone', async () => {
    const [configured, override] = [new Witness(), new Witness()];
    const app = (await testing(configured, override)).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const visitor = new Browser(`http://127.0.0.1:${port}`);
    await visitor.post('/notes', { a: 1 });
    const sessions = app.get(Sessions);

    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
    expect([await override.count(), await sessions.count(), await configured.count()]).toEqual([1, 1, 0]);
    await sessions.cleanUp();
    await app.close();
    expect(override.seen).toEqual(['start', 'create', 'sweep', 'close']);
    expect(configured.seen).toEqual([]);
  });

  // To Nest 11, `undefined` is no override.
  it.each([...(NEST < 12 ? [] : [undefined]), null, {}, MemoryStore, new Map()])(
    'is refused like a wrong option: %p',
    async (override) => {
      await expect(testing(new MemoryStore(), override)).rejects.toMatchObject({
        code: 'SESSIONS_CONFIG',
        message: expect.stringMatching(/^store must be /) as string,
      });
    },
  );
});
