import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { Args, GraphQLModule, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { LockSession, RequireSession, Session, SessionsModule } from 'nestjs-sessions';
import './session-data.js';

@Resolver()
export class CartResolver {
  @Query(() => [String])
  @LockSession('read-only')
  cart(@Session('cart') cart: string[] | undefined): string[] {
    return cart ?? [];
  }

  @Mutation(() => Int)
  addToCart(@Session() session: Session, @Args('item') item: string): number {
    const cart = [...(session.get('cart') ?? []), item];
    session.set('cart', cart);
    return cart.length;
  }

  @Mutation(() => Boolean)
  async login(@Session() session: Session, @Args('userId') userId: string): Promise<boolean> {
    await session.regenerate();
    session.set('userId', userId);
    return true;
  }

  @Mutation(() => Boolean)
  async logout(@Session() session: Session): Promise<boolean> {
    await session.destroy();
    return true;
  }

  @Query(() => String)
  @RequireSession('userId')
  me(@Session('userId') userId: string): string {
    return userId;
  }
}

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
    SessionsModule.forRoot(),
  ],
  providers: [CartResolver],
})
export class CartModule {}
