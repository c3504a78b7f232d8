import { connect } from 'node:net';
import { until } from '../basics/within.js';

/** A request of HTTP/1.0, as some proxies send them: the body may end with the connection. */
export class OldClient {
  /** All that has come when the connection is closed. Rejects when it is reset. */
  readonly reply: Promise<string>;
  #text = '';

  constructor(url: string, path: string, cookie: string) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    this.reply = new Promise((resolve, reject) => {
      socket.on('data', (piece: Buffer) => (this.#text += piece.toString('latin1')));
      socket.once('end', () => resolve(this.#text));
      socket.once('error', reject);
    });
    socket.write(`GET ${path} HTTP/1.0\r\nCookie: ${cookie}\r\n\r\n`);
  }

  hasSeen(text: string): Promise<void> {
    return until(`The client has seen ${text}`, () => this.#text.includes(text));
  }
}
