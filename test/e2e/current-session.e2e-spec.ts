import { Controller, Get, Inject, Injectable, Post } from '@nestjs/common';
import { CurrentSession, InjectSessionStore, MemoryStore, Session, SessionStore } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS, type Platform } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';

interface Basket {
  items: string[];
}

/** A provider of the application, far from any request. */
@Injectable()
class Baskets {
  constructor(readonly current: CurrentSession<Basket>) {}

  async add(item: string): Promise<number> {
    await this.current.load();
    this.current.setDefault('items', []).push(item);
    await new Promise(setImmediate);
    return this.current.get('items')!.length;
  }
}

@Injectable()
class Stores {
  @InjectSessionStore() readonly byDecorator!: SessionStore;
  @Inject(SessionStore) readonly byToken!: SessionStore;

  constructor(
    readonly byClass: SessionStore,
    @InjectSessionStore() readonly byParameter: SessionStore,
  ) {}
}

@Controller()
class Shop {
  constructor(
    private readonly baskets: Baskets,
    private readonly current: CurrentSession<Basket>,
  ) {}

  @Post('add') async add(): Promise<number> {
    return this.baskets.add('apple');
  }

  @Get('unloaded') unloaded(): unknown {
    return this.current.get('items');
  }

  @Get('same') same(@Session() session: Session): object {
    const { current } = this;
    return {
      isSame: Object.is(current.session, session),
      id: current.id === session.id,
      size: current.size,
      entries: [...current],
      keys: [...current.keys()],
      data: current.data,
      json: JSON.stringify(current),
      facts: [current.isNew, current.missing, current.loaded, current.locked, current.regenerated],
    };
  }

  @Post('rotate') async rotate(): Promise<boolean> {
    await this.current.regenerate();
    return this.current.withLock((session) => session.regenerated);
  }

  @Post('leave') async leave(): Promise<void> {
    await this.current.destroy();
  }
}

async function start(platform: Platform, currentSession?: boolean): Promise<TestApp> {
  const sessions = currentSession === undefined ? {} : { currentSession };
  return startNotes({ platform, controllers: [Shop], providers: [Baskets, Stores], sessions });
}

describe.each(PLATFORMS)('CurrentSession, on %s', (platform) => {
  it('is the session of the request that is being served, in any provider', async () => {
    const visitor = (await start(platform, true)).browser();
    expect((await visitor.post('/add')).text).toBe('1');
    expect((await visitor.post('/add')).text).toBe('2');

    const items = ['apple', 'apple'];
    expect((await visitor.get('/same')).json()).toEqual({
      ...{ isSame: true, id: true, size: 1, keys: ['items'], data: { items }, entries: [['items', items]] },
      ...{ json: JSON.stringify({ items }), facts: [false, false, true, true, false] },
    });
  });

  it('is another one in each of many requests that run at the same time', async () => {
    const app = await start(platform, true);
    const visitors = Array.from({ length: 20 }, () => app.browser());
    for (const round of [1, 2, 3]) {
      const counts = await Promise.all(visitors.map((visitor) => visitor.post('/add')));
      expect(new Set(counts.map(({ text }) => text))).toEqual(new Set([String(round)]));
    }
  });

  it('has every member of the session, those that write included', async () => {
    const visitor = (await start(platform, true)).browser();
    await visitor.post('/add');
    const before = visitor.cookies.get('session_id');

    expect((await visitor.post('/rotate')).text).toBe('true');
    expect(visitor.cookies.get('session_id')).not.toBe(before);
    expect((await visitor.get('/notes')).json()).toEqual({ items: ['apple'] });
    await visitor.post('/leave');
    expect(visitor.cookies.size).toBe(0);
  });

  it('says what to do before it is loaded', async () => {
    const app = await start(platform, true);

    expect((await app.browser().get('/unloaded')).status).toBe(500);
    expect(app.logs.matching(/SessionNotLoadedError: .*await session\.load\(\)/)).toHaveLength(1);
  });

  it('is an error outside of a request, and one that says so', async () => {
    const { nest } = await start(platform, true);
    const current = nest.get(CurrentSession);

    expect(() => current.get('items')).toThrow('CurrentSession was used outside of a request that has a session');
    expect(() => current.size).toThrow(expect.objectContaining({ code: 'SESSIONS_CONFIG' }));
  });

  it('is an error without the opt-in, and one that names it', async () => {
    for (const option of [undefined, false]) {
      const app = await start(platform, option);

      expect((await app.browser().post('/add')).status).toBe(500);
      expect(
        app.logs.matching(/CurrentSession needs SessionsModule\.forRoot\(\{ currentSession: true \}\)/),
      ).toHaveLength(1);
    }
  });
});

describe.each(PLATFORMS)('The store, on %s', (platform) => {
  it('is injected by its class and by @InjectSessionStore(), as it was given to the module', async () => {
    const store = new MemoryStore();
    const { byClass, byDecorator, byParameter, byToken } = (
      await startNotes({ platform, providers: [Stores], sessions: { store } })
    ).nest.get(Stores);

    for (const injected of [byClass, byDecorator, byParameter, byToken]) expect(injected).toBe(store);
  });
});
