import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { Type } from '@nestjs/common';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { LockSession, RequireSession, Session, SessionsConfigError } from 'nestjs-sessions';
import { startNotes } from '../../support/http/notes-app.js';
import type { TestApp } from '../../support/http/test-app.js';

@ObjectType()
class User {
  @Field() name!: string;
}

@Resolver(() => User)
class Root {
  @LockSession('read-only')
  @Query(() => User)
  user(): User {
    return { name: 'ann' };
  }
}

@Resolver(() => User)
class Requiring {
  @RequireSession()
  @ResolveField(() => String, { nullable: true })
  secret(@Session('user') user: string): string {
    return user;
  }
}

@Resolver(() => User)
class Locking {
  @LockSession('implicit')
  @ResolveField(() => String, { nullable: true })
  secret(@Session() session: Session): string {
    return String(session.locked);
  }
}

@RequireSession()
@Resolver(() => User)
class RequiringClass {
  @ResolveField(() => String) secret(): string {
    return 'secret';
  }
}

@LockSession('read-only')
@Resolver(() => User)
class LockingClass {
  @ResolveField(() => String) secret(): string {
    return 'secret';
  }
}

@LockSession('read-only')
@Resolver(() => User)
class LockingRoots {
  @Query(() => User) me(): User {
    return { name: 'ann' };
  }

  @ResolveField(() => String) secret(@Session() session: Session): string {
    return String(session.locked);
  }
}

function start(resolver: Type, options: Partial<ApolloDriverConfig> = {}): Promise<TestApp> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, ...options });
  return startNotes({ imports: [graphql], providers: [Root, resolver] });
}

async function ask(app: TestApp, query: string): Promise<unknown> {
  const visitor = app.browser();
  await visitor.post('/notes', { visits: 1 });
  return (await visitor.post('/graphql', { query })).json();
}

describe('A decorator on a field resolver of GraphQL', () => {
  it.each<[Type, RegExp]>([
    [
      Requiring,
      /^@RequireSession\(\) of Requiring\.secret\(\) is on a field resolver.*fieldResolverEnhancers: \['guards'\]/,
    ],
    [Locking, /^@LockSession\(\) of Locking\.secret\(\) is on a field resolver/],
    [RequiringClass, /^@RequireSession\(\) of RequiringClass is on a field resolver/],
    [LockingClass, /^@LockSession\(\) of LockingClass is on a field resolver/],
  ])('is refused at start-up where Nest runs no guards before fields: %p', async (resolver, message) => {
    const started = start(resolver);

    await expect(started).rejects.toThrow(SessionsConfigError);
    await expect(started).rejects.toThrow(message);
  });

  it('protects, where guards run before fields', async () => {
    const app = await start(Requiring, { fieldResolverEnhancers: ['guards'] });
    const reply = await app.browser().post('/graphql', { query: '{ user { secret } }' });

    expect(reply.json<{ errors: unknown }>().errors).toMatchObject([
      { path: ['user', 'secret'], extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('locks, where guards run before fields, also what a root field has read without a lock', async () => {
    const app = await start(Locking, { fieldResolverEnhancers: ['guards'] });

    expect(await ask(app, '{ user { secret } }')).toEqual({ data: { user: { secret: 'true' } } });
  });

  it('may stand on a class that locks for its root fields, and a field without it locks nothing more', async () => {
    const app = await start(LockingRoots, { fieldResolverEnhancers: ['guards'] });
    expect(await ask(app, '{ me { secret } }')).toEqual({ data: { me: { secret: 'false' } } });

    await start(LockingRoots);
  });
});
