import type { INestApplication } from '@nestjs/common';
import { createServer, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export type Handler = NonNullable<Parameters<typeof createServer>[1]>;

/** TLS by a key that both sides know: a real encrypted connection without certificates. */
const psk = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const key = Buffer.from('a key for this test alone');

/** Posts to an application over TLS; gives the `Set-Cookie` lines. */
export async function postOverTls(app: INestApplication, path: string): Promise<string[]> {
  const server = createServer({ ...psk, pskCallback: () => key }, handlerOf(app));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await post({ port, path });
  } finally {
    server.close();
  }
}

/** What serves the requests of an application, for a server of its own. */
export function handlerOf(app: INestApplication): Handler {
  const instance: Handler | { readonly routing: Handler } = app.getHttpAdapter().getInstance();
  return typeof instance === 'function' ? instance : instance.routing;
}

function post(options: RequestOptions): Promise<string[]> {
  const pskCallback = (): { psk: Buffer; identity: string } => ({ psk: key, identity: 'test' });
  const checkServerIdentity = (): undefined => undefined;
  return new Promise((resolve, reject) => {
    request({
      ...psk,
      ...options,
      ...{ pskCallback, checkServerIdentity, host: '127.0.0.1', method: 'POST', agent: false },
      headers: { 'content-type': 'application/json' },
    })
      .on('response', (response) => resolve(response.resume().headers['set-cookie'] ?? []))
      .on('error', reject)
      .end('{"a":1}');
  });
}
