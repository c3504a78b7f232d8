import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { BaseWsExceptionFilter } from '@nestjs/websockets';
import { connectIo, connectWs, type ConnectSocket } from './socket-clients.js';

/** What differs between the adapters of Nest: tests run on both. */
export const socketAdapters: readonly {
  readonly name: string;
  readonly connect: ConnectSocket;
  readonly configure: (app: INestApplication) => void;
  /** Nest 11 emits errors on the server's side of a client of `ws`, where nobody hears them. */
  readonly sendsErrors: boolean;
}[] = [
  { name: 'socket.io', connect: connectIo, configure: () => undefined, sendsErrors: true },
  {
    name: 'ws',
    connect: connectWs,
    configure: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
    sendsErrors: 'emitMessage' in BaseWsExceptionFilter.prototype,
  },
];
