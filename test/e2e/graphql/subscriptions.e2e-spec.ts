import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Context, GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import type { IncomingMessage } from 'node:http';
import { CurrentSession, RequireSession, Session, Sessions } from 'nestjs-sessions';
import type { Browser } from '../../support/http/browser.js';
import { GraphqlSubscriber } from '../../support/http/graphql-subscriber.js';
import { startNotes } from '../../support/http/notes-app.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import type { TestApp } from '../../support/http/test-app.js';

interface Subscriber {
  readonly req: { readonly extra: { readonly request: IncomingMessage } };
}

async function* once(): AsyncGenerator {
  yield await Promise.resolve({ taken: 'sent', required: 'sent', current: 'sent' });
}

@Resolver()
class Subscriptions {
  constructor(
    private readonly currentSession: CurrentSession,
    private readonly sessions: Sessions,
  ) {}

  /** A schema has one at least. */
  @Query(() => String) query(): string {
    return 'queried';
  }

  @Subscription(() => String) taken(@Session() session: Session): AsyncGenerator {
    session.has('user');
    return once();
  }

  @RequireSession('user')
  @Subscription(() => String)
  required(): AsyncGenerator {
    return once();
  }

  @Subscription(() => String) async current(): Promise<AsyncGenerator> {
    await this.currentSession.load();
    return once();
  }

  @Subscription(() => String) async opened(@Context() { req }: Subscriber): Promise<AsyncGenerator> {
    const user = await this.sessions.open(req.extra.request.headers.cookie, (session) => session.get('user'));
    return (async function* () {
      yield await Promise.resolve({ opened: user });
    })();
  }
}

describe.each(PLATFORMS)('A subscription of GraphQL, on %s', (platform) => {
  let app: TestApp;
  let visitor: Browser;
  let subscriber: GraphqlSubscriber;

  beforeEach(async () => {
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
    });
    app = await startNotes({
      platform,
      imports: [graphql],
      providers: [Subscriptions],
      sessions: { currentSession: true },
      forceCloseConnections: true,
    });
    visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    subscriber = new GraphqlSubscriber(app.url, visitor.cookieHeader);
  });
  afterEach(() => subscriber.close());

  it.each(['taken', 'required'])(
    'has no session: the error says how to open one, and nothing is sent: %s',
    async (name) => {
      const { value } = await subscriber.subscribe(`subscription { ${name} }`).next();

      expect(value).not.toHaveProperty('data');
      expect(JSON.stringify(value)).toMatch(/@Session\(\) .*subscription.*Sessions\.open\(/s);
    },
  );

  it('has no CurrentSession either', async () => {
    const { value } = await subscriber.subscribe('subscription { current }').next();

    expect(JSON.stringify(value)).toMatch(/CurrentSession was used outside of a request/);
  });

  it('opens the session by its handshake', async () => {
    const { value } = await subscriber.subscribe('subscription { opened }').next();

    expect(value).toEqual({ data: { opened: 'ann' } });
  });
});
