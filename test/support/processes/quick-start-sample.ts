import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';

/** Not a literal: the `SessionData` of the sample must not become that of the tests. */
const sample = '../../../sample/01-quick-start/app.module.js';

export interface RunningSample {
  readonly url: string;
  close(): Promise<void>;
}

/** The quick-start sample, on a free port of 127.0.0.1. */
export async function startSample(): Promise<RunningSample> {
  const { AppModule } = (await import(sample)) as { AppModule: Type };
  const app = await NestFactory.create(AppModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
    // As `TestAppOptions` has it for browsers.
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
