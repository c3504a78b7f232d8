import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, UnauthorizedException } from '@nestjs/common';
import { Args, Context, GraphQLModule, Mutation, Resolver, Subscription } from '@nestjs/graphql';
import { PubSub } from 'graphql-subscriptions';
import { Sessions, SessionsModule } from 'nestjs-sessions';
import type { IncomingMessage } from 'node:http';
import { CartResolver } from './cart.resolver.js';
import './session-data.js';

/** As graphql-ws makes it: `extra.request` is the handshake. */
interface Subscriber {
  readonly req: { readonly extra: { readonly request: IncomingMessage } };
}

@Resolver()
export class OrdersResolver {
  readonly #events = new PubSub<{ orders: { orders: string } }>();

  constructor(private readonly sessions: Sessions) {}

  @Mutation(() => Boolean)
  async order(@Args('item') item: string): Promise<boolean> {
    await this.#events.publish('orders', { orders: item });
    return true;
  }

  @Subscription(() => String)
  async orders(@Context() { req }: Subscriber): Promise<AsyncIterator<unknown>> {
    const { headers, socket } = req.extra.request;
    const userId = await this.sessions.open(headers.cookie, (session) => session.get('userId'), { mode: 'read-only' });
    if (userId === undefined) {
      throw new UnauthorizedException();
    }
    const orders = this.#events.asyncIterableIterator<unknown>('orders');
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
