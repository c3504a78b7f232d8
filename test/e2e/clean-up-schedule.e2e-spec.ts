import { jest } from '@jest/globals';
import { Global, Injectable, Module, type BeforeApplicationShutdown, type ModuleMetadata } from '@nestjs/common';
import { Cron, CronExpression, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { MemoryStore, SessionsModule, type SessionsModuleOptions, type SweepBatch } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';

/** Counts how often it is cleaned up. */
class CountingStore extends MemoryStore {
  sweeps = 0;
  isDown = false;

  override async *sweep(): AsyncGenerator<SweepBatch> {
    this.sweeps += 1;
    if (this.isDown) throw new Error('the store is down');
    yield* [];
  }
}

/** What an application has of its own. */
@Injectable()
class OwnJobs {
  runs = 0;

  @Cron(CronExpression.EVERY_SECOND)
  everySecond(): void {
    this.runs += 1;
  }
}

const everySecond = { cron: CronExpression.EVERY_SECOND };

describe('The clean-up job', () => {
  const apps: TestApp[] = [];

  beforeEach(() => {
    jest.useFakeTimers({
      now: Date.UTC(2030, 0, 1, 0, 0, 0, 500),
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'],
    });
  });
  afterEach(async () => {
    await close();
    jest.useRealTimers();
  });

  async function start(
    cleanup: SessionsModuleOptions['cleanup'] | undefined,
    imports: ModuleMetadata['imports'] = [],
  ): Promise<{ store: CountingStore; own: OwnJobs; app: TestApp }> {
    const store = new CountingStore();
    const module = SessionsModule.forRoot({ store, ...(cleanup === undefined ? {} : { cleanup }) });
    const app = await TestApp.start({ providers: [OwnJobs], imports: [...imports, module], sessions: false });
    apps.push(app);
    return { store, own: app.nest.get(OwnJobs), app };
  }

  async function close(): Promise<void> {
    for (const app of apps.splice(0)) await app.close();
  }

  it('runs exactly once a tick next to the ScheduleModule of the application, whose own jobs run once as well', async () => {
    const { store, own, app } = await start(everySecond, [ScheduleModule.forRoot()]);
    await jest.advanceTimersByTimeAsync(10_000);

    expect([store.sweeps, own.runs]).toEqual([10, 10]);
    expect([...app.nest.get(SchedulerRegistry).getCronJobs().keys()]).toContain('nestjs-sessions.cleanup');
  });

  it('finds the ScheduleModule wherever the application imports it', async () => {
    @Module({ imports: [ScheduleModule.forRoot()] })
    class Feature {}
    const store = new CountingStore();
    const sessions = SessionsModule.forRoot({ store, cleanup: everySecond });
    const app = await TestApp.start({ imports: [sessions, Feature], sessions: false });
    apps.push(app);
    await jest.advanceTimersByTimeAsync(3_000);

    expect(store.sweeps).toBe(3);
  });

  it('runs by itself in an application without ScheduleModule, and wakes none of its jobs', async () => {
    const { store, own } = await start(everySecond);
    await jest.advanceTimersByTimeAsync(10_000);

    expect([store.sweeps, own.runs]).toEqual([10, 0]);
  });

  it('runs every five minutes by default', async () => {
    const stores = [await start(undefined), await start({}, [ScheduleModule.forRoot()])];
    await jest.advanceTimersByTimeAsync(30 * 60_000);

    expect(stores.map(({ store }) => store.sweeps)).toEqual([6, 6]);
  });

  it('belongs to its application: two in one process have their own, each at its own times', async () => {
    const everyTwo = { cron: '*/2 * * * * *' };
    const all = [
      await start(everySecond),
      await start(everyTwo),
      await start(everySecond, [ScheduleModule.forRoot()]),
      await start(everyTwo, [ScheduleModule.forRoot()]),
    ];
    await jest.advanceTimersByTimeAsync(10_000);

    expect(all.map(({ store }) => store.sweeps)).toEqual([10, 5, 10, 5]);
    expect(all.map(({ own }) => own.runs)).toEqual([0, 0, 10, 10]);
  });

  it('takes its expression from asynchronous options', async () => {
    const stores = [new CountingStore(), new CountingStore()];
    for (const [n, store] of stores.entries()) {
      const module = SessionsModule.forRootAsync({ useFactory: async () => ({ store, cleanup: everySecond }) });
      const imports = n === 0 ? [module] : [module, ScheduleModule.forRoot()];
      apps.push(await TestApp.start({ imports, sessions: false }));
    }
    await jest.advanceTimersByTimeAsync(4_000);

    expect(stores.map(({ sweeps }) => sweeps)).toEqual([4, 4]);
  });

  it('does not run with cleanup: false, while those of the application do', async () => {
    const [alone, scheduled] = [await start(false), await start(false, [ScheduleModule.forRoot()])];
    await jest.advanceTimersByTimeAsync(10_000);

    expect([alone.store.sweeps, alone.own.runs, scheduled.store.sweeps, scheduled.own.runs]).toEqual([0, 0, 0, 10]);
    expect(scheduled.app.nest.get(SchedulerRegistry).getCronJob('nestjs-sessions.cleanup').isActive).toBe(false);
  });

  it('is tried again at its next time when the store fails, and says so', async () => {
    const { store, app } = await start(everySecond);
    store.isDown = true;
    await jest.advanceTimersByTimeAsync(2_000);
    store.isDown = false;
    await jest.advanceTimersByTimeAsync(2_000);

    expect(store.sweeps).toBe(4);
    expect(app.logs.matching(/Clean-up failed and is tried again at its next time: .*down/, 'error')).toHaveLength(2);
    expect(app.logs.matching(/Clean-up removed 0 expired sessions/, 'debug')).toHaveLength(2);
    expect(app.logs.matching(/Clean-up/, 'log')).toEqual([]);
  });

  it('does not run once the application is closed, and leaves no timer behind', async () => {
    const all = [await start(everySecond), await start(everySecond, [ScheduleModule.forRoot()])];
    await jest.advanceTimersByTimeAsync(2_000);
    await close();
    const timers = jest.getTimerCount();
    await jest.advanceTimersByTimeAsync(10_000);

    expect(all.map(({ store }) => store.sweeps)).toEqual([2, 2]);
    expect(timers).toBe(0);
  });

  it('does not run while other modules take their time to shut down', async () => {
    @Global()
    @Module({})
    class Slow implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        await jest.advanceTimersByTimeAsync(5_000);
      }
    }
    const store = new CountingStore();
    const sessions = SessionsModule.forRoot({ store, cleanup: everySecond });
    const app = await TestApp.start({ imports: [ScheduleModule.forRoot(), Slow, sessions], sessions: false });
    await jest.advanceTimersByTimeAsync(2_000);
    await app.close();

    expect(store.sweeps).toBe(2);
  });
});
