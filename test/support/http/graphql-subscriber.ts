import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A client of graphql-ws that subscribes with the cookies of a visitor. */
export class GraphqlSubscriber {
  readonly #client: Client;

  constructor(url: string, cookie: string) {
    class WithCookie extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols, { headers: { cookie } });
      }
    }
    this.#client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WithCookie,
      retryAttempts: 0,
    });
  }

  /** What is sent, or the errors of the resolver. */
  subscribe(query: string): AsyncIterableIterator<unknown> {
    return this.#client.iterate({ query });
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
}
