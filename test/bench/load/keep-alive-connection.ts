import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

const END_OF_HEAD = '\r\n\r\n';
const OK = 'HTTP/1.1 200 ';
const LENGTH = /\r\ncontent-length: (\d+)/i;

/**
 * A kept connection that sends one request at a time. It knows no more of HTTP than the applications speak, so that the load
 * takes less of the machine than what is measured.
 */
export class KeepAliveConnection {
  #received = '';
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('close', () => this.#settle?.reject(new Error('The application closed the connection')));
    socket.on('error', (error) => this.#settle?.reject(error));
  }

  static async open(port: number): Promise<KeepAliveConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new KeepAliveConnection(socket);
  }

  /** @throws Error unless the response is a 200. */
  get(path: string, cookie: string | undefined): Promise<void> {
    const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${cookie === undefined ? '' : `Cookie: ${cookie}\r\n`}\r\n`;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.socket.write(head);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const length = Number(LENGTH.exec(this.#received)?.[1]);
    if (this.#received.length < end + END_OF_HEAD.length + length) return;
    const reply = this.#received;
    this.#received = '';
    if (reply.startsWith(OK)) this.#settle?.resolve();
    else this.#settle?.reject(new Error(`The application answered ${reply}`));
  }
}
