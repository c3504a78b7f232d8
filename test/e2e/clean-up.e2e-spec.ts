import { Controller, Get } from '@nestjs/common';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  MemoryStore,
  minutes,
  seconds,
  Session,
  Sessions,
  type ClosableStore,
  type SessionStore,
  type SweepBatch,
} from 'nestjs-sessions';
import { systemClock } from '../../lib/session/clock.js';
import { ManualClock } from 'nestjs-sessions/testing';
import { Gate } from '../support/basics/gate.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { PlaceTime } from '../support/stores/place-time.js';
import { readTree } from '../support/documents/read-tree.js';
import { countingStoreKinds, storeKinds, type StoreKind } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class Holder {
  @Get('hold') async hold(@Session() session: Session): Promise<void> {
    expect(session.locked).toBe(true);
    await gate.pass();
  }
}

interface Running {
  readonly app: TestApp;
  readonly sessions: Sessions;
}

async function start(
  store: SessionStore,
  batchSize = 1_000,
  clock: PlaceTime['clock'] = systemClock,
): Promise<Running> {
  const cleanup = { cron: '0 0 1 1 *', batchSize };
  // The absolute one as well, so that nothing that is used meanwhile lives for longer.
  const options = { store, cleanup, timeout: minutes(10), absoluteTimeout: minutes(10), clock };
  const app = await startNotes({ controllers: [Holder], sessions: options });
  return { app, sessions: app.nest.get(Sessions) };
}

/** With a store of that kind. */
async function startOn(kind: StoreKind, batchSize?: number): Promise<Running & { time: PlaceTime; spec: string }> {
  const place = await preparePlace(kind);
  const time = new PlaceTime(place);
  const running = await start(place.open(), batchSize, time.clock);
  return { ...running, time, spec: place.spec };
}

async function visits(app: TestApp, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) expect((await app.browser().post('/notes', { n })).status).toBe(201);
}

beforeEach(() => (gate = new Gate()));

describe.each(countingStoreKinds)('The clean-up, on $name,', (kind) => {
  it('removes what has expired and nothing else, gives the number and logs it', async () => {
    const { app, sessions, time } = await startOn(kind);
    await visits(app, 5);
    await time.pass(minutes(9));
    const live = app.browser();
    await live.post('/notes', { live: true });
    await time.pass(minutes(1));

    expect(await sessions.cleanUp()).toBe(5);
    expect(await sessions.cleanUp()).toBe(0);
    expect(await sessions.count()).toBe(1);
    expect((await live.get('/notes')).json()).toEqual({ live: true });
    expect(app.logs.matching(/Clean-up/, 'log')).toEqual(['Clean-up removed 5 expired sessions']);
    expect(app.logs.matching(/Clean-up/, 'debug')).toEqual(['Clean-up removed 0 expired sessions']);
  });

  it('removes what logout left behind, once nobody can come with the old id any more', async () => {
    const { app, sessions, time } = await startOn(kind);
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    await visitor.post('/logout');

    expect([await sessions.count(), await sessions.cleanUp()]).toEqual([0, 0]);
    await time.pass(seconds(30));
    expect(await sessions.cleanUp()).toBe(1);
  });

  it('goes through all of them when there are many more than fit into a batch', async () => {
    const { app, sessions, time } = await startOn(kind, 2);
    await visits(app, 9);
    await time.pass(minutes(10));

    expect(await sessions.cleanUp()).toBe(9);
    expect(await sessions.count()).toBe(0);
  });

  it('leaves a session alone that a request has locked, and removes it later', async () => {
    const { app, sessions, time } = await startOn(kind);
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    await visits(app, 1);
    await time.pass(minutes(10) - seconds(5));
    const request = visitor.get('/hold');
    await gate.reached;
    await time.pass(seconds(5));

    expect(await sessions.cleanUp()).toBe(1);
    gate.open();
    expect((await request).status).toBe(200);
    await time.pass(minutes(1));
    expect(await sessions.cleanUp()).toBe(1);
  });
});

describe('The clean-up, on file,', () => {
  it('goes on after something that it cannot judge, leaves it where it is and says so', async () => {
    const { app, sessions, time, spec } = await startOn(storeKinds.find(({ name }) => name === 'file')!);
    await visits(app, 3);
    const [record] = [...(await readTree(spec.slice('file:'.length))).keys()].filter((path) => path.includes('/d,'));
    const bad = join(dirname(dirname(record!)), 'not-of-ours.bin');
    await writeFile(bad, 'bad');
    await time.pass(minutes(10));

    expect(await sessions.cleanUp()).toBe(3);
    expect(app.logs.matching(/Clean-up left a bad record where it was/, 'warn')).toHaveLength(1);
    expect([...(await readTree(spec.slice('file:'.length))).keys()]).toContain(bad);
  });
});

/** Has as many batches as it is told, and waits before each. */
class Batches extends MemoryStore {
  readonly seen: number[] = [];
  sweeps = 0;

  constructor(private readonly steps: readonly (() => Promise<unknown>)[]) {
    super();
  }

  override async *sweep({ batchSize }: { batchSize: number }): AsyncGenerator<SweepBatch> {
    this.sweeps += 1;
    for (const step of this.steps) {
      await step();
      this.seen.push(batchSize);
      yield { removed: 1 };
    }
  }
}

/** Has more to clean up each time that it looks. */
class NeverClean extends MemoryStore implements ClosableStore {
  readonly sweeping = new Gate();
  wasCleanWhenClosed: boolean | undefined;
  #isSwept = false;

  override async *sweep(): AsyncGenerator<SweepBatch> {
    try {
      for (;;) {
        yield { removed: 1 };
        void this.sweeping.pass();
      }
    } finally {
      this.#isSwept = true;
    }
  }

  async close(): Promise<void> {
    this.wasCleanWhenClosed = this.#isSwept;
  }
}

/** Time passes until `work` is done; one that no time ends meets the limit of the test. */
async function passesUntil(work: Promise<unknown>, clock: ManualClock): Promise<void> {
  const state = { isDone: false };
  const done = work.finally(() => (state.isDone = true));
  for (let turn = 0; turn < 1_000 && !state.isDone; turn += 1) {
    await clock.advanceAsync(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(state.isDone).toBe(true);
  await done;
}

describe('A clean-up', () => {
  it('lets requests run between its batches, and hands the batch size on', async () => {
    let turns = 0;
    const turnsBefore: number[] = [];
    const step = async (): Promise<void> => {
      turnsBefore.push(turns);
      setImmediate(() => (turns += 1));
    };
    const store = new Batches([step, step, step]);
    const { sessions } = await start(store, 7);

    expect(await sessions.cleanUp()).toBe(3);
    expect(store.seen).toEqual([7, 7, 7]);
    expect(turnsBefore).toEqual([0, 1, 2]);
  });

  it('never overlaps another: a call during one joins it', async () => {
    const store = new Batches([() => gate.pass()]);
    const { sessions } = await start(store);
    const both = [sessions.cleanUp(), sessions.cleanUp()];
    await gate.reached;
    gate.open();

    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(store.sweeps).toBe(1);
    await sessions.cleanUp();
    expect(store.sweeps).toBe(2);
  });

  it('that fails tells its caller, and the next one works', async () => {
    let isDown = true;
    const store = new Batches([() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve())]);
    const { sessions } = await start(store);

    await expect(sessions.cleanUp()).rejects.toThrow('down');
    isDown = false;
    expect(await sessions.cleanUp()).toBe(1);
  });

  it('ends when the application closes, and the store is closed after it', async () => {
    const store = new NeverClean();
    const { app, sessions } = await start(store);
    const running = sessions.cleanUp();
    await store.sweeping.reached;
    await app.close();

    expect(await running).toBeGreaterThan(0);
    expect(store.wasCleanWhenClosed).toBe(true);
  });

  it('that hangs is given up when the application closes, and whoever asked for it is told', async () => {
    const clock = new ManualClock();
    const store = new Batches([() => gate.pass()]);
    const { app, sessions } = await start(store, 1_000, clock);
    const hanging = sessions.cleanUp();
    const told = expect(hanging).rejects.toMatchObject({ code: 'SESSION_STORE_FAILED' });
    await gate.reached;
    const closing = app.close();
    await passesUntil(closing, clock);

    await told;
    gate.open();
  });

  it('of a store that forgets by itself does nothing', async () => {
    const store = Object.assign(new MemoryStore(), { sweep: undefined });

    expect(await (await start(store)).sessions.cleanUp()).toBe(0);
  });
});
