import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable, UseGuards } from '@nestjs/common';
import {
  Field,
  GraphQLModule,
  Int,
  Mutation,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { CurrentSession, LockSession, MemoryStore, RequireSession, Session } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { GraphqlSubscriber } from '../../support/http/graphql-subscriber.js';
import { startNotes } from '../../support/http/notes-app.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import type { TestApp } from '../../support/http/test-app.js';
import { ObservedStore, WHILE_HELD } from '../../support/stores/observed-store.js';

/** The streams that were told to end. */
let ended: string[] = [];

function streamOf(field: string, ...values: unknown[]): AsyncIterableIterator<unknown> {
  const events = values[Symbol.iterator]();
  const stream: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => stream,
    next: async () => {
      const { done = false, value } = events.next();
      return { done, value: done ? undefined : { [field]: value } };
    },
    return: async () => {
      ended.push(field);
      return { done: true, value: undefined };
    },
  };
  return stream;
}

function increment(session: Pick<Session, 'get' | 'set'>): number {
  const visits = ((session.get('visits') as number | undefined) ?? 0) + 1;
  session.set('visits', visits);
  return visits;
}

@Injectable()
class Counter {
  constructor(private readonly current: CurrentSession) {}

  async count(): Promise<number> {
    await this.current.load();
    return increment(this.current);
  }
}

const refuses = { canActivate: () => false };
@ObjectType()
class User {
  @Field() name!: string;
}

@Resolver(() => User)
class Users {
  @ResolveField(() => Boolean) isMe(@Session('user') user: string): boolean {
    return user === 'ann';
  }

  @Subscription(() => User) people(): AsyncIterableIterator<unknown> {
    return streamOf('people', { name: 'ann' });
  }
}

@Resolver()
class Subscriptions {
  constructor(private readonly counter: Counter) {}

  @Query(() => Int) visits(@Session('visits') visits: number): number {
    return visits;
  }

  @Mutation(() => Int) count(@Session() session: Session): number {
    return increment(session);
  }

  @Subscription(() => String) user(@Session('user') user: string): AsyncIterableIterator<unknown> {
    return streamOf('user', user, `${user} again`);
  }

  @Subscription(() => Boolean) locked(@Session() session: Session): AsyncIterableIterator<unknown> {
    return streamOf('locked', session.locked);
  }

  @LockSession('read-only')
  @Subscription(() => Boolean)
  readOnly(@Session() session: Session): AsyncIterableIterator<unknown> {
    return streamOf('readOnly', session.locked);
  }

  @LockSession('early')
  @RequireSession('user')
  @Subscription(() => Boolean)
  early(@Session() session: Session): AsyncIterableIterator<unknown> {
    return streamOf('early', session.locked);
  }

  @Subscription(() => Int) async counted(@Session() session: Session): Promise<AsyncIterableIterator<unknown>> {
    const before = session.get('visits') as number;
    await new Promise(setImmediate);
    session.set('visits', before + 1);
    return streamOf('counted', before + 1);
  }

  @Subscription(() => Int) fails(@Session() session: Session): never {
    increment(session);
    throw new Error('no');
  }

  @RequireSession('user')
  @Subscription(() => String)
  secret(@Session('user') user: string): AsyncIterableIterator<unknown> {
    return streamOf('secret', user);
  }

  @UseGuards(refuses)
  @RequireSession()
  @Subscription(() => Int)
  refused(): AsyncIterableIterator<unknown> {
    return streamOf('refused', 1);
  }

  @Subscription(() => Int) async provider(): Promise<AsyncIterableIterator<unknown>> {
    return streamOf('provider', await this.counter.count());
  }

  @Subscription(() => Int) late(@Session() session: Session): AsyncIterableIterator<unknown> {
    return (async function* () {
      yield { late: await Promise.resolve(1) };
      yield { late: increment(session) };
    })();
  }

  @Subscription(() => Int) plain(): AsyncIterableIterator<unknown> {
    return streamOf('plain', 1);
  }
}

/** What applications give to their resolvers, besides what is handed over by default. */
const CONTEXTS: Readonly<Record<string, ApolloDriverConfig['context']>> = {
  'as it is': undefined,
  'the request of the socket as req': ({ req, extra }: { req?: unknown; extra?: { request: unknown } }) => ({
    req: req ?? extra?.request,
  }),
  'extra alone': ({ req, extra }: { req?: object; extra?: object }) => ({ req: req ?? {}, extra }),
};

describe.each(PLATFORMS)('A subscription of GraphQL, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;
  let subscriber: GraphqlSubscriber;

  async function start(context?: ApolloDriverConfig['context']): Promise<void> {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
      ...(context === undefined ? {} : { context }),
    });
    store = new ObservedStore(new MemoryStore());
    app = await startNotes({
      platform,
      imports: [graphql],
      providers: [Subscriptions, Users, Counter],
      sessions: { store, storeTimeout: WHILE_HELD, currentSession: true },
      forceCloseConnections: true,
    });
    visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
    subscriber = new GraphqlSubscriber(app.url, visitor.cookieHeader);
  }

  const ask = async (query: string): Promise<unknown> => (await subscriber.subscribe(query).next()).value;
  const subscribe = (field: string): Promise<unknown> => ask(`subscription { ${field} }`);
  const notes = async (): Promise<unknown> => (await visitor.get('/notes')).json();

  afterEach(() => subscriber.close());

  describe.each(Object.entries(CONTEXTS))('whose context is %s', (_, context) => {
    beforeEach(() => start(context));

    it('has the session of its handshake, for queries and mutations over the socket as well', async () => {
      await visitor.post('/notes', { user: 'ann' });

      expect(await subscribe('secret')).toEqual({ data: { secret: 'ann' } });
      expect(await ask('mutation { count }')).toEqual({ data: { count: 2 } });
      expect(await ask('query { visits }')).toEqual({ data: { visits: 2 } });
    });
  });

  describe('as it is', () => {
    beforeEach(() => {
      ended = [];
      return start();
    });

    it('gets the session before its first event, and goes on', async () => {
      await visitor.post('/notes', { user: 'ann' });
      const events = subscriber.subscribe('subscription { user }');

      expect((await events.next()).value).toEqual({ data: { user: 'ann' } });
      expect((await events.next()).value).toEqual({ data: { user: 'ann again' } });
    });

    it('stores what its resolver changes, in one trip to load and one to store', async () => {
      store.takeCalls();
      expect(await subscribe('counted')).toEqual({ data: { counted: 2 } });

      expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('loses no update of several that begin at the same time', async () => {
      await Promise.all([1, 2, 3].map(() => subscribe('counted')));

      expect(await notes()).toEqual({ visits: 4 });
    });

    it('is a unit of work for each root field, where a query or a mutation comes over the socket', async () => {
      expect(await ask('mutation { count a: count }')).toEqual({ data: { count: 2, a: 3 } });
      expect(await ask('{ visits a: visits }')).toEqual({ data: { visits: 3, a: 3 } });

      expect(await notes()).toEqual({ visits: 3 });
    });

    it('sends its first event only after the commit', async () => {
      const commit = store.hold('update');
      let isSent = false;
      const first = subscribe('counted').finally(() => (isSent = true));
      await commit.reached;
      expect(await app.browser().get('/public')).toMatchObject({ text: 'public' });
      expect(isSent).toBe(false);

      commit.open();
      expect(await first).toEqual({ data: { counted: 2 } });
    });

    it('stores nothing when its resolver throws, and unlocks', async () => {
      expect(await subscribe('fails')).toMatchObject({ errors: [{ message: 'no' }] });

      expect(await notes()).toEqual({ visits: 1 });
    });

    it('is an error when its commit fails, and ends the stream that nobody will hear', async () => {
      store.before('update', () => Promise.reject(new Error('db.internal:5432')));
      const reply = await subscribe('counted');
      store.mend();

      expect(reply).toMatchObject({ errors: [{ message: 'Service Unavailable' }] });
      expect(JSON.stringify(reply)).not.toContain('db.internal');
      expect(ended).toEqual(['counted']);
      expect(await notes()).toEqual({ visits: 1 });
    });

    it('locks as it is told, and holds no lock while it lasts', async () => {
      await visitor.post('/notes', { user: 'ann' });

      expect(await subscribe('locked')).toEqual({ data: { locked: true } });
      expect(await subscribe('readOnly')).toEqual({ data: { readOnly: false } });
      expect(await subscribe('early')).toEqual({ data: { early: true } });
      const lasting = subscriber.subscribe('subscription { user }');
      await lasting.next();
      expect(await visitor.post('/notes', { more: 1 })).toMatchObject({ status: 201 });
    });

    it('turns away who lacks what @RequireSession() names', async () => {
      expect(await subscribe('secret')).toMatchObject({ errors: [{ message: 'Unauthorized' }] });
      await visitor.post('/notes', { user: 'ann' });
      expect(await subscribe('secret')).toEqual({ data: { secret: 'ann' } });
    });

    it('locks nothing for a guard, since the next one may turn it away', async () => {
      store.takeCalls();
      expect(await subscribe('refused')).toMatchObject({ errors: [{ message: 'Forbidden resource' }] });

      expect(store.takeCalls()).toEqual(['load']);
      expect(await notes()).toEqual({ visits: 1 });
    });

    it('is turned away when its session is over', async () => {
      await visitor.post('/notes', { user: 'ann' });
      expect(await subscribe('secret')).toEqual({ data: { secret: 'ann' } });
      await visitor.post('/logout');

      expect(await subscribe('secret')).toMatchObject({ errors: [{ path: ['secret'] }] });
      expect(await subscribe('counted')).toMatchObject({ errors: [{ path: ['counted'] }] });
    });

    it('has a CurrentSession, which a provider loads and which is committed with its resolver', async () => {
      expect(await subscribe('provider')).toEqual({ data: { provider: 2 } });
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('changes nothing by an event that comes later: a line in the log says so', async () => {
      const events = subscriber.subscribe('subscription { late }');
      await events.next();
      await events.next();

      expect(await notes()).toEqual({ visits: 1 });
      expect(app.logs.matching(/Subscriptions\.late\(\).*changed its session after/)).toHaveLength(1);
    });

    it('has no session in the fields of its events: the error says where to take it', async () => {
      const reply = await subscribe('people { name isMe }');

      expect(reply).toMatchObject({
        errors: [{ path: ['people', 'isMe'], message: expect.stringMatching(/^Over a socket @Session\(\) works in/) }],
      });
    });

    it('costs the store nothing whose resolver does not touch the session', async () => {
      store.takeCalls();
      expect(await subscribe('plain')).toEqual({ data: { plain: 1 } });
      expect(store.takeCalls()).toEqual([]);
    });
  });

  it('is an error that says what to write where nobody hands over the request', async () => {
    await start(() => ({ req: {} }));

    expect(await subscribe('user')).toMatchObject({ errors: [{ message: 'Internal Server Error' }] });
    expect(app.logs.matching(/Subscriptions\.user\(\): neither the request .* is known.*extra/)).toHaveLength(1);
  });
});
