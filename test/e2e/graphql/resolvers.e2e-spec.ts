import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
} from '@nestjs/common';
import {
  Args,
  Field,
  GraphQLModule,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { concatMap, retry } from 'rxjs';
import { CurrentSession, LockSession, MemoryStore, RequireSession, Session, Sessions } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { startNotes } from '../../support/http/notes-app.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import type { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

@Injectable()
class Counter {
  constructor(private readonly current: CurrentSession) {}

  async count(): Promise<number> {
    await this.current.load();
    return increment(this.current);
  }
}

function increment(session: Pick<Session, 'get' | 'set'>): number {
  const visits = ((session.get('visits') as number | undefined) ?? 0) + 1;
  session.set('visits', visits);
  return visits;
}

let attempts = 0;

@ObjectType()
class User {
  @Field() name!: string;
}

const retries = { intercept: (_: ExecutionContext, next: CallHandler) => next.handle().pipe(retry(1)) };
const countsLater = {
  intercept: (_: ExecutionContext, next: CallHandler) =>
    next.handle().pipe(
      concatMap(async (visits: number) => {
        await new Promise(setImmediate);
        return visits;
      }),
    ),
};
const rejects = {
  canActivate: (): never => {
    throw new ForbiddenException();
  },
};

@Resolver(() => User)
class Resolvers {
  constructor(
    private readonly counter: Counter,
    private readonly sessions: Sessions,
  ) {}

  @Mutation(() => Int) async outlived(@Session() session: Session): Promise<number> {
    await this.sessions.destroy(session.id);
    const visits = increment(session);
    await session.save();
    return visits;
  }

  @Query(() => Int, { nullable: true }) visits(@Session('visits') visits: number): number {
    return visits;
  }

  @Query(() => Boolean) locked(@Session() session: Session): boolean {
    return session.locked;
  }

  @LockSession('read-only')
  @Query(() => Boolean)
  readOnly(@Session() session: Session): boolean {
    return session.locked;
  }

  @LockSession('explicit')
  @Query(() => Boolean)
  explicit(@Session() session: Session): boolean {
    return session.locked;
  }

  @LockSession('early')
  @Query(() => Boolean)
  early(@Session() session: Session): boolean {
    return session.locked;
  }

  @Query(() => String) plain(): string {
    return 'plain';
  }

  @Query(() => String, { nullable: true }) throwsPlainly(): never {
    throw new Error('plainly');
  }

  @RequireSession('user')
  @Query(() => String, { nullable: true })
  secret(@Session('user') user: string): string {
    return user;
  }

  @Query(() => User) user(): User {
    return { name: 'ann' };
  }

  @ResolveField(() => Int) seen(@Parent() _: User, @Session() session: Session): number {
    return increment(session);
  }

  @Mutation(() => Int) count(@Session() session: Session): number {
    return increment(session);
  }

  @Mutation(() => Int) async slowCount(@Session() session: Session): Promise<number> {
    const before = (session.get('visits') as number | undefined) ?? 0;
    await new Promise(setImmediate);
    session.set('visits', before + 1);
    return before + 1;
  }

  @Mutation(() => Int) carefulCount(@Session() session: Session): Promise<number> {
    return session.withLock((locked) => this.slowCount(locked));
  }

  @UseInterceptors(countsLater)
  @Mutation(() => Int)
  late(@Session() session: Session): number {
    return increment(session);
  }

  @Mutation(() => Int, { nullable: true }) fails(@Session() session: Session): never {
    increment(session);
    throw new Error('no');
  }

  @Mutation(() => Int, { nullable: true }) unauthorized(@Session() session: Session): never {
    increment(session);
    throw new UnauthorizedException();
  }

  @UseInterceptors(retries)
  @Mutation(() => Int, { nullable: true })
  secondTime(@Session() session: Session): number {
    attempts += 1;
    const visits = increment(session);
    if (attempts === 1) throw new Error('the first time');
    return visits;
  }

  @UseGuards(rejects)
  @Mutation(() => Int, { nullable: true })
  forbidden(@Session() session: Session): number {
    return increment(session);
  }

  @Mutation(() => Int) counted(): Promise<number> {
    return this.counter.count();
  }

  @Mutation(() => Boolean) async login(@Session() session: Session, @Args('name') name: string): Promise<boolean> {
    await session.regenerate();
    session.set('user', name);
    return true;
  }

  @Mutation(() => Boolean) async logout(@Session() session: Session): Promise<boolean> {
    await session.destroy();
    return true;
  }
}

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

describe.each(PLATFORMS)('A resolver of GraphQL, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    attempts = 0;
    await start();
  });

  async function start(options: object = {}, context: Pick<ApolloDriverConfig, 'context'> = {}): Promise<void> {
    store = new ObservedStore(new MemoryStore());
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      allowBatchedHttpRequests: true,
      ...context,
    });
    app = await startNotes({
      platform,
      imports: [graphql],
      providers: [Resolvers, Counter],
      sessions: { store, currentSession: true, lock: { wait: 2_000 }, ...options },
    });
    visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
    store.takeCalls();
  }

  async function ask(query: string, by = visitor): Promise<Result> {
    const reply = await by.post('/graphql', { query });
    expect(reply.status).toBe(200);
    return reply.json<Result>();
  }

  async function notes(): Promise<unknown> {
    return (await visitor.get('/notes')).json();
  }

  it('takes the session of its request, and keys of it, loaded and locked', async () => {
    expect(await ask('{ visits locked }')).toEqual({ data: { visits: 1, locked: true } });
  });

  it('has the session of the request of the reply, where a driver (mercurius) hands over nothing else', async () => {
    await app.close();
    await start({}, { context: (args: object) => ({ req: {}, reply: { request: 'req' in args ? args.req : args } }) });

    expect(await ask('mutation { count }')).toEqual({ data: { count: 2 } });
    expect(await notes()).toEqual({ visits: 2 });
  });

  it('is an error that says what to write where the context has no request', async () => {
    await app.close();
    await start({}, { context: () => ({ req: {} }) });

    expect(await ask('{ visits }')).toMatchObject({ errors: [{ message: 'Internal Server Error' }] });
    expect(app.logs.matching(/Resolvers\.visits\(\): neither the request .* is known.*req/)).toHaveLength(1);
  });

  it('stores what it changes, and a new visitor gets a cookie', async () => {
    expect(await ask('mutation { count }')).toEqual({ data: { count: 2 } });
    expect(await notes()).toEqual({ visits: 2 });

    const stranger = app.browser();
    expect(await ask('mutation { count }', stranger)).toEqual({ data: { count: 1 } });
    expect(await ask('{ visits }', stranger)).toEqual({ data: { visits: 1 } });
  });

  it('shares one session, one load, one lock and one commit with the other root fields of its operation', async () => {
    const query = '{ a: visits b: locked c: explicit d: readOnly user { seen } }';
    expect(await ask(query)).toEqual({ data: { a: 1, b: true, c: true, d: true, user: { seen: 2 } } });

    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
    expect(await notes()).toEqual({ visits: 2 });
  });

  it.each(['readOnly locked', 'readOnly explicit locked', 'locked readOnly', 'early readOnly', 'readOnly early'])(
    'is locked by the strongest mode of its operation, in whatever order: %s',
    async (fields) => {
      const { data } = await ask(`{ ${fields} }`);

      expect(Object.values(data as object)).toEqual(fields.split(' ').map(() => true));
    },
  );

  it.each(['readOnly', 'explicit'])('is not locked when no field wants it: %s', async (field) => {
    expect(await ask(`{ ${field} }`)).toEqual({ data: { [field]: false } });
    expect(store.takeCalls()).toEqual(['load']);
  });

  it('is locked where a later operation of a batch wants it', async () => {
    const queries = ['{ readOnly }', 'mutation { count }', '{ visits }'].map((query) => ({ query }));
    const reply = await visitor.post('/graphql', queries);

    expect(reply.json<Result[]>().map(({ data }) => data)).toEqual([
      { readOnly: expect.any(Boolean) },
      { count: 2 },
      { visits: expect.any(Number) },
    ]);
    expect(await notes()).toEqual({ visits: 2 });
    expect(store.takeCalls().filter((call) => call === 'update+unlock')).toHaveLength(1);
  });

  it('loses no update of requests that run at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => ask('mutation { slowCount }')));

    expect(await notes()).toEqual({ visits: 11 });
  });

  it('takes turns by withLock() with itself in the other operations of a batch, which run side by side', async () => {
    const queries = Array.from({ length: 10 }, () => ({ query: 'mutation { carefulCount }' }));
    await visitor.post('/graphql', queries);

    expect(await notes()).toEqual({ visits: 11 });
  });

  it('is committed at the end of the response, and not of the resolver', async () => {
    expect(await ask('mutation { count late a: count }')).toEqual({ data: { count: 2, late: 3, a: 4 } });

    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
  });

  it('answers a commit that fails with an error of HTTP: nothing says that it worked', async () => {
    store.before('update', () => Promise.reject(new Error('db.internal:5432')));
    const reply = await visitor.post('/graphql', { query: 'mutation { count }' });
    store.mend();

    expect(reply.status).toBe(503);
    expect(reply.text).not.toContain('db.internal');
    expect(await notes()).toEqual({ visits: 1 });
  });

  it('tells the client nothing of a store that fails', async () => {
    store.before('tryLock', () => Promise.reject(new Error('db.internal:5432')));
    const result = await ask('mutation { count }');
    store.mend();

    expect(result).toMatchObject({ errors: [{ message: 'Service Unavailable' }] });
    expect(JSON.stringify(result)).not.toContain('db.internal');
    expect(app.logs.matching(/SessionStoreError: .*db\.internal/, 'error')).not.toHaveLength(0);
  });

  it('has a CurrentSession in providers', async () => {
    expect(await ask('mutation { counted }')).toEqual({ data: { counted: 2 } });
    expect(await notes()).toEqual({ visits: 2 });
  });

  it('has no session where its path is excluded, whichever field of the operation it is', async () => {
    await start({ exclude: ['graphql'] });

    const { errors } = await ask('{ a: visits b: visits }');

    expect(errors).toHaveLength(2);
    expect(app.logs.matching(/SessionsConfigError: @Session\(\) is used on a route that has no session/)).toHaveLength(
      2,
    );
    expect(store.takeCalls()).toEqual([]);
  });

  it('logs in and out', async () => {
    const before = visitor.cookieHeader;
    expect(await ask('mutation { login(name: "ann") }')).toEqual({ data: { login: true } });
    expect(visitor.cookieHeader).not.toBe(before);
    expect(await ask('{ secret }')).toEqual({ data: { secret: 'ann' } });
    await ask('mutation { logout }');
    expect(visitor.cookies.size).toBe(0);
  });

  it('turns away who lacks what @RequireSession() names', async () => {
    const { data, errors } = await ask('{ secret }');

    expect(data).toEqual({ secret: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('costs the store nothing when no field touches the session', async () => {
    expect(await ask('{ plain }')).toEqual({ data: { plain: 'plain' } });
    expect(store.takeCalls()).toEqual([]);
  });

  describe('that throws', () => {
    it.each(['mutation { fails }', 'mutation { unauthorized }', 'mutation { a: fails b: fails }'])(
      'stores nothing, though the status is 200, and unlocks: %s',
      async (query) => {
        expect((await ask(query)).errors).toBeDefined();

        expect(await notes()).toEqual({ visits: 1 });
        expect(store.takeCalls()).toEqual(['tryLock', 'unlock', 'tryLock', 'unlock']);
      },
    );

    it('sets no cookie on a first visit', async () => {
      const stranger = app.browser();
      await ask('mutation { fails }', stranger);
      expect(stranger.cookies.size).toBe(0);
    });

    it.each(['mutation { fails count }', 'mutation { count fails }'])(
      'leaves the commit to a root field that succeeds: %s',
      async (query) => {
        await ask(query);
        expect(await notes()).not.toEqual({ visits: 1 });
      },
    );

    it('does not take the commit from the others with commitOnError, which is for operations that failed', async () => {
      await start({ commitOnError: false });

      await ask('mutation { count fails }');

      expect(await notes()).not.toEqual({ visits: 1 });
    });

    it('counts one batch as one request', async () => {
      const failing = ['mutation { fails }', '{ throwsPlainly }'].map((query) => ({ query }));
      await visitor.post('/graphql', failing);
      expect(await notes()).toEqual({ visits: 1 });

      await visitor.post('/graphql', [...failing, { query: '{ plain }' }]);
      expect(await notes()).toEqual({ visits: 2 });
    });

    it('is forgotten when a retry has mended it', async () => {
      expect(await ask('mutation { secondTime }')).toEqual({ data: { secondTime: 3 } });
      expect(await notes()).toEqual({ visits: 3 });
    });

    it('stores nothing when a guard has turned it away', async () => {
      expect((await ask('mutation { forbidden }')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(await notes()).toEqual({ visits: 1 });
    });

    it('tells once that the session is gone, also where commitOnError stores all', async () => {
      await start({ commitOnError: true });

      const { errors } = await ask('mutation { outlived }');

      expect(errors).toMatchObject([{ message: 'Conflict' }]);
    });

    it('is stored where commitOnError says so, which sees the error with the status of HTTP', async () => {
      const seen: unknown[] = [];
      const commitOnError = (error: unknown, status: number): boolean => {
        seen.push([error, status]);
        return status < 500;
      };
      await start({ commitOnError });
      await ask('mutation { fails }');
      expect(await notes()).toEqual({ visits: 1 });
      await ask('mutation { unauthorized }');
      expect(await notes()).toEqual({ visits: 2 });
      expect(seen).toEqual([
        [new Error('no'), 500],
        [new UnauthorizedException(), 401],
      ]);
    });
  });
});
