import { Logger } from '@nestjs/common';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import { RequireSession, Session, Sessions } from 'nestjs-sessions';
import type { IncomingMessage } from 'node:http';
import type { WebSocket, WebSocketServer as Server } from 'ws';

const LONGEST_TEXT = 500;
/** Of our own (4000 to 4999): the page shows the login again. */
const LOGGED_OUT = 4401;
const TRY_AGAIN_LATER = 1013;

@WebSocketGateway({ path: '/chat' })
export class ChatGateway implements OnGatewayConnection {
  readonly #logger = new Logger(ChatGateway.name);
  @WebSocketServer() private readonly server!: Server;

  constructor(private readonly sessions: Sessions) {}

  /** The socket ends with its session: when its user logs out in another tab, or the session expires. */
  async handleConnection(client: WebSocket, request: IncomingMessage): Promise<void> {
    const { cookie } = request.headers;
    const stop = this.sessions.watch(cookie, { onEnd: (reason) => client.close(LOGGED_OUT, reason) });
    client.on('close', stop);
    try {
      const user = await this.sessions.open(cookie, (session) => session.get('user'), { mode: 'read-only' });
      client.send(JSON.stringify({ event: 'welcome', data: user ?? 'nobody' }));
    } catch (error) {
      // Nest does not wait for this method: an error that is not caught here would end the process.
      this.#logger.warn(`A socket was closed, since its session could not be read: ${String(error)}`);
      client.close(TRY_AGAIN_LATER);
    }
  }

  /** The session is opened for the message, and stored before the answer leaves. */
  @RequireSession('user')
  @SubscribeMessage('say')
  say(@Session() session: Session, @MessageBody() text: unknown): { event: string; data: number } {
    const said = (session.get('said') ?? 0) + 1;
    session.set('said', said);
    this.#broadcast({ user: session.get('user'), text: String(text).slice(0, LONGEST_TEXT) });
    return { event: 'said', data: said };
  }

  #broadcast(message: object): void {
    const text = JSON.stringify({ event: 'message', data: message });
    for (const client of this.server.clients) {
      client.send(text);
    }
  }
}
