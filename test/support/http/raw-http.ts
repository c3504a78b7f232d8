import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly setCookies: readonly string[];
  readonly body: string;
}

/**
 * A request written byte by byte, for headers that no client would send. `lines` are header lines, as bytes (Latin-1).
 */
export function rawRequest(url: string, requestLine: string, lines: readonly string[]): Promise<RawReply> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses the request may reset the connection after its answer.
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
      if (Number.isNaN(status)) {
        reject(new Error(`No answer to ${JSON.stringify(lines)}`));
      }
      resolve({ status, setCookies: [...head.matchAll(/^set-cookie: (.*)\r?$/gim)].map(([, line]) => line!), body });
    });
    socket.on('error', () => socket.destroy());
    const head = [`${requestLine} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', ''];
    // Not end(): to Node a client that has closed its side has left.
    socket.write(Buffer.from(head.join('\r\n'), 'latin1'));
  });
}
