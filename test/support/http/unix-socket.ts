import type { INestApplication } from '@nestjs/common';
import { createServer, request } from 'node:http';
import { temporaryDirectory } from '../basics/temporary-directory.js';
import { handlerOf } from './https-app.js';

/** The status of an answer over a Unix socket, by which many proxies talk to the applications behind them. */
export async function statusOverUnixSocket(app: INestApplication, path: string): Promise<number | undefined> {
  const socketPath = await temporaryDirectory();
  const server = createServer(handlerOf(app));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  try {
    return await new Promise((resolve, reject) => {
      request({ socketPath, path, agent: false })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  } finally {
    server.close();
  }
}
