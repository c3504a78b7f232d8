import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import type { IncomingMessage } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';
import { Session, Sessions } from 'nestjs-sessions';
import { startNotes } from '../../support/http/notes-app.js';
import { connectWs } from '../../support/sockets/socket-clients.js';

/** Keeps to itself which request has opened a socket. */
class TaciturnAdapter extends WsAdapter {
  override bindClientConnect(server: WebSocketServer, callback: (client: WebSocket) => void): void {
    server.on('connection', (client) => callback(client));
  }
}

@WebSocketGateway()
class Rooms implements OnGatewayInit<WebSocketServer> {
  static binds = false;

  constructor(private readonly sessions: Sessions) {}

  afterInit(server: WebSocketServer): void {
    server.on('connection', (client, request: IncomingMessage) => {
      if (Rooms.binds) this.sessions.bind(client, request);
    });
  }

  @SubscribeMessage('read') read(@Session() session: Session): object {
    return { event: 'read', data: session.data };
  }

  @SubscribeMessage('plain') plain(): object {
    return { event: 'plain', data: true };
  }
}

describe('With an adapter that does not hand over the request of a socket', () => {
  const start = async (binds: boolean) => {
    Rooms.binds = binds;
    const app = await startNotes({
      providers: [Rooms],
      configure: (nest) => nest.useWebSocketAdapter(new TaciturnAdapter(nest)),
      forceCloseConnections: true,
    });
    const visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
    return { app, socket: await connectWs(app.url, visitor.cookieHeader) };
  };

  it('a message that takes its session ends in an error that names the gateway and Sessions.bind()', async () => {
    const { app, socket } = await start(false);
    socket.send('read');
    await socket.ask('plain').catch(() => undefined);

    expect(
      app.logs.matching(/Rooms\.read\(\): the request that opened this socket is not known.*sessions\.bind\(/),
    ).toHaveLength(1);
    socket.close();
  });

  it('Sessions.bind() tells it', async () => {
    const { socket } = await start(true);
    expect(await socket.ask('read')).toEqual({ visits: 1 });
    socket.close();
  });
});
