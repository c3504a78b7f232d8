import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { LockSession, MemoryStore, RequireSession, Session } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

@Resolver()
class Visits {
  @Mutation(() => Int) count(@Session() session: Session): number {
    session.set('visits', ((session.get('visits') as number | undefined) ?? 0) + 1);
    return session.get('visits') as number;
  }

  @Mutation(() => Int, { nullable: true }) fails(@Session() session: Session): never {
    this.count(session);
    throw new Error('no');
  }

  @LockSession('read-only')
  @Query(() => Boolean)
  readOnly(@Session() session: Session): boolean {
    return session.locked;
  }

  @Query(() => Int) visits(@Session('visits') visits: number): number {
    return visits;
  }

  @RequireSession('user')
  @Query(() => String, { nullable: true })
  secret(): string {
    return 'secret';
  }
}

const store = new ObservedStore(new MemoryStore());

describe('Resolvers of GraphQL on Fastify', () => {
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    app = await TestApp.start({
      platform: 'fastify',
      imports: [GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })],
      providers: [Visits],
      sessions: { store },
    });
    visitor = app.browser();
  });
  afterAll(() => app.close());

  const ask = async (query: string): Promise<unknown> => (await visitor.post('/graphql', { query })).json();

  it('take, store and share the session of their request, and a failed operation stores nothing', async () => {
    expect(await ask('mutation { count }')).toEqual({ data: { count: 1 } });
    store.takeCalls();
    expect(await ask('{ readOnly visits a: visits }')).toEqual({ data: { readOnly: true, visits: 1, a: 1 } });
    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
    expect(await ask('mutation { a: count b: count }')).toEqual({ data: { a: 2, b: 3 } });
    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
    expect(await ask('mutation { fails }')).toMatchObject({ data: { fails: null } });
    expect(await ask('{ visits }')).toEqual({ data: { visits: 3 } });
    expect(await ask('{ secret }')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('answer a commit that fails with an error of HTTP', async () => {
    store.before('update', () => Promise.reject(new Error('db.internal:5432')));
    const reply = await visitor.post('/graphql', { query: 'mutation { count }' });
    store.mend();

    expect(reply.status).toBe(503);
    expect(await ask('{ visits }')).toEqual({ data: { visits: 3 } });
  });
});
