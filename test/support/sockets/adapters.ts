import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { PLATFORMS } from '../http/platforms.js';
import { connectIo, connectWs, type ConnectSocket } from './socket-clients.js';

/** What differs between the adapters of Nest: tests run on both. */
export const socketAdapters: readonly {
  readonly name: string;
  readonly connect: ConnectSocket;
  readonly configure: (app: INestApplication) => void;
}[] = [
  { name: 'socket.io', connect: connectIo, configure: () => undefined },
  {
    name: 'ws',
    connect: connectWs,
    configure: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
  },
];

/** The same, on each platform of HTTP. */
export const socketAdaptersOnPlatforms = PLATFORMS.flatMap((platform) =>
  socketAdapters.map((adapter) => ({ platform, ...adapter })),
);
