import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';

/** A client of a gateway, which speaks the same words to both adapters. */
export interface TestSocket {
  /** The acknowledgement of socket.io; over `ws` the next answer. Throws what came as `exception`. */
  ask(event: string, data?: unknown): Promise<unknown>;
  send(event: string, data?: unknown): void;
  close(): void;
  /** The code of the close over `ws`, the reason over socket.io. */
  readonly closed: Promise<unknown>;
}

export type ConnectSocket = (url: string, cookie: string) => Promise<TestSocket>;

export async function connectIo(url: string, cookie: string): Promise<TestSocket> {
  const socket: Socket = io(url, { transports: ['websocket'], extraHeaders: { cookie }, reconnection: false });
  const closed = new Promise<unknown>((resolve) => socket.once('disconnect', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    closed,
    ask: (event, data) =>
      new Promise((resolve, reject) => {
        socket.once('exception', reject);
        socket.emit(event, data, (answer: unknown) => {
          socket.off('exception', reject);
          resolve(answer);
        });
      }),
    send: (event, data) => void socket.emit(event, data),
    close: () => void socket.disconnect(),
  };
}

export async function connectWs(url: string, cookie: string): Promise<TestSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers: { cookie } });
  const closed = new Promise<unknown>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const send = (event: string, data?: unknown): void => socket.send(JSON.stringify({ event, data }));
  return {
    closed,
    ask: async (event, data) => {
      const answered = new Promise<Buffer>((resolve) => socket.once('message', resolve));
      send(event, data);
      const answer = JSON.parse((await answered).toString()) as { event: string; data: unknown };
      if (answer.event === 'exception') throw answer.data;
      return answer.data;
    },
    send,
    close: () => socket.close(),
  };
}
