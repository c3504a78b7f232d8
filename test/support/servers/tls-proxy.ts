import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate, type Certificate } from './self-signed-certificate.js';

/** What may not go on to the next connection (RFC 9110, and the names that HTTP/2 has for the request line). */
const OF_THE_CONNECTION = /^(:.*|connection|keep-alive|transfer-encoding|upgrade)$/;

export interface TlsProxyOptions {
  /** Called with the path before a request goes on to the application. */
  readonly onRequest?: (path: string) => Promise<void> | undefined;
  /** Called with the path before its answer goes on to the browser. */
  readonly onAnswer?: (path: string) => Promise<void> | undefined;
}

let certificate: Certificate;
const running: TlsProxy[] = [];

beforeAll(async () => {
  certificate = await selfSignedCertificate();
});

afterEach(async () => {
  for (const proxy of running.splice(0)) await proxy.close();
});

/**
 * A proxy that ends TLS before an application, as one does in production: HTTP/2 on one side, so that a browser sends any
 * number of requests at once, and HTTP/1.1 on the other. It serves all hosts, and ends with the test.
 */
export class TlsProxy {
  private constructor(
    private readonly server: Http2SecureServer,
    private readonly sessions: Set<{ destroy(): void }>,
  ) {}

  static async start(application: string, options: TlsProxyOptions = {}): Promise<TlsProxy> {
    const server = createSecureServer({ ...certificate });
    const sessions = new Set<{ destroy(): void }>();
    server.on('session', (session) => sessions.add(session.once('close', () => sessions.delete(session))));
    server.on('request', (incoming, outgoing) => void pass(application, options, incoming, outgoing));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TlsProxy(server, sessions);
    running.push(proxy);
    return proxy;
  }

  /** Its address under the name of this host. */
  url(host: string): string {
    return `https://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function pass(
  application: string,
  { onRequest, onAnswer }: TlsProxyOptions,
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
): Promise<void> {
  await onRequest?.(incoming.url);
  const answer = await send(application, incoming);
  await onAnswer?.(incoming.url);
  outgoing.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
  answer.pipe(outgoing);
}

function send(application: string, incoming: Http2ServerRequest): Promise<IncomingMessage> {
  const headers = { ...passedOn(incoming.headers), host: incoming.authority, 'x-forwarded-proto': 'https' };
  return new Promise((resolve, reject) => {
    const outgoing = request(application + incoming.url, { method: incoming.method, headers });
    incoming.pipe(outgoing.on('response', resolve).on('error', reject));
  });
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.test(name)));
}
