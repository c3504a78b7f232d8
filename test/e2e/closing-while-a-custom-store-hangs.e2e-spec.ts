import { MemoryStore, Sessions, type ClosableStore, type SessionStore, type SweepBatch } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { Gate } from '../support/basics/gate.js';
import { NotesController } from '../support/http/notes-app.js';
import { ObservedStore } from '../support/stores/observed-store.js';

import { TestApp } from '../support/http/test-app.js';

const hang = (): Promise<never> => new Promise(() => undefined);

/** Stands still in its clean-up, before the first batch or after it. */
class HangingSweep extends MemoryStore {
  readonly reached = new Gate();

  constructor(private readonly batches: number) {
    super();
  }

  override async *sweep(): AsyncGenerator<SweepBatch> {
    for (let batch = 0; batch < this.batches; batch += 1) yield { removed: 1 };
    void this.reached.pass();
    await hang();
  }
}

/** Never comes back from the clean-up's request to stop. */
class HangingReturn extends MemoryStore {
  readonly reached = new Gate();

  override sweep(): AsyncGenerator<SweepBatch> {
    const batches = super.sweep({ batchSize: 1 });
    batches.next = () => {
      void this.reached.pass();
      return hang();
    };
    batches.return = hang;
    return batches;
  }
}

class HangingClose extends MemoryStore implements ClosableStore {
  close(): Promise<void> {
    return hang();
  }
}

async function start(store: SessionStore, clock: ManualClock): Promise<TestApp> {
  const sessions = { store, clock, storeTimeout: 50, lock: { wait: 100 } };
  const app = await TestApp.start({ controllers: [NotesController], sessions, forceCloseConnections: true });
  expect((await app.browser().post('/notes', { a: 1 })).status).toBe(201);
  return app;
}

/** The test is over, or has met its limit. */
let isOver = false;
beforeEach(() => (isOver = false));
afterEach(() => (isOver = true));

/** Closes it and lets time pass until it has; one that never does meets the limit of the test. */
async function closes(app: TestApp, clock: ManualClock): Promise<void> {
  const progress = { isClosed: false };
  const closed = app.close().finally(() => (progress.isClosed = true));
  // Not as fast as promises settle: sockets take turns of the machine.
  while (!progress.isClosed && !isOver) {
    await clock.advanceAsync(50);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await closed;
}

describe('An application whose own store hangs closes all the same', () => {
  let clock: ManualClock;
  beforeEach(() => (clock = new ManualClock()));

  it.each([
    ['before the first batch of a clean-up', () => new HangingSweep(0)],
    ['after the first batch of a clean-up', () => new HangingSweep(1)],
    ['also when the clean-up is told to stop', () => new HangingReturn()],
  ])('%s', async (_, makeStore) => {
    const store = makeStore();
    const app = await start(store, clock);
    const cleaning = app.nest.get(Sessions).cleanUp();
    // Whether it is given up with an error or with what it has done is not what this is about.
    cleaning.catch(() => undefined);
    await store.reached.reached;

    await closes(app, clock);
  });

  it('in close(), and says so', async () => {
    const app = await start(new HangingClose(), clock);

    await closes(app, clock);
    expect(app.logs.matching(/clos/i).length).toBeGreaterThan(0);
  });

  it('in the commit of a request', async () => {
    const store = new ObservedStore(new MemoryStore());
    const app = await start(store, clock);
    const gate = store.hold('create');
    const reply = app.browser().post('/notes', { a: 1 });
    // The connection may be cut.
    reply.catch(() => undefined);
    await gate.reached;
    store.breakDown(hang);

    await closes(app, clock);
  });
});

describe('A store that hangs in count()', () => {
  it('is an error after storeTimeout', async () => {
    class HangingCount extends MemoryStore {
      override count(): Promise<number> {
        return hang();
      }
    }
    const clock = new ManualClock();
    const app = await start(new HangingCount(), clock);
    const counted = expect(app.nest.get(Sessions).count()).rejects.toMatchObject({ code: 'SESSION_STORE_FAILED' });

    await clock.advanceAsync(50);
    await counted;
    await app.close();
  });
});
