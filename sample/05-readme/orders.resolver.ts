import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { Args, Context, GraphQLModule, Mutation, Resolver, Subscription } from '@nestjs/graphql';
import { PubSub } from 'graphql-subscriptions';
import { RequireSession, Session, Sessions, SessionsModule } from 'nestjs-sessions';
import type { IncomingMessage } from 'node:http';
import { CartResolver } from './cart.resolver.js';
import './session-data.js';

/** As graphql-ws makes it: `extra.request` is the handshake. */
interface Subscriber {
  readonly req: { readonly extra: { readonly request: IncomingMessage } };
}

@Resolver()
export class OrdersResolver {
  readonly #events = new PubSub<Record<string, { orders: string }>>();

  constructor(private readonly sessions: Sessions) {}

  @RequireSession('userId')
  @Mutation(() => Boolean)
  async order(@Session('userId') userId: string, @Args('item') item: string): Promise<boolean> {
    await this.#events.publish(`orders of ${userId}`, { orders: item });
    return true;
  }

  @RequireSession('userId')
  @Subscription(() => String)
  orders(@Session('userId') userId: string, @Context() { req }: Subscriber): AsyncIterator<unknown> {
    const { headers, socket } = req.extra.request;
    const orders = this.#events.asyncIterableIterator<unknown>(`orders of ${userId}`);
    const stop = this.sessions.watch(headers.cookie, { onEnd: () => void orders.return() });
    socket.once('close', stop);
    return orders;
  }
}

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
    }),
    SessionsModule.forRoot(),
  ],
  providers: [CartResolver, OrdersResolver],
})
export class OrdersModule {}
