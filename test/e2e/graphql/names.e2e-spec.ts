import { Query, ResolveField, ResolveReference, Resolver, GraphQLModule } from '@nestjs/graphql';
import { WebSocketGateway } from '@nestjs/websockets';
import { GRAPHQL_OPTIONS, isFieldResolver, isRootField } from '../../../lib/graphql/resolvers.js';
import { isGateway } from '../../../lib/sockets/gateways.js';

@Resolver('User')
class Users {
  @Query('user') user(): void {}
  @ResolveField('posts') posts(): void {}
  @ResolveReference() reference(): void {}
  helper(): void {}
}

@WebSocketGateway()
class Rooms {}

describe('What optional peers write into metadata', () => {
  it('is where it is looked for', () => {
    const { user, posts, reference, helper } = Users.prototype;

    expect([user, posts, reference, helper].map(isRootField)).toEqual([true, false, false, false]);
    expect([user, posts, reference, helper].map(isFieldResolver)).toEqual([false, true, true, false]);
    expect([Rooms, Users].map(isGateway)).toEqual([true, false]);
  });

  it('is the token of the options of GraphQL', () => {
    const { providers = [] } = GraphQLModule.forRoot({ driver: Users as never });

    expect(providers).toContainEqual(expect.objectContaining({ provide: GRAPHQL_OPTIONS }));
  });
});
