import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { AddressInfo, Server } from 'node:net';
import { SessionStore } from 'nestjs-sessions';

export interface SampleApp {
  readonly url: string;
  close(): Promise<void>;
}

interface SampleAppOptions {
  /** The folder of the sample. Default the quick start's. */
  readonly name?: string;
  /** In place of the sample's own. */
  readonly store?: SessionStore;
  /** Called before the application listens. */
  readonly configure?: (app: INestApplication) => void;
}

/** A sample, on a free port of 127.0.0.1. */
export async function startSampleApp(options: SampleAppOptions = {}): Promise<SampleApp> {
  const { name = '01-quick-start', store, configure } = options;
  // Not a literal: the `SessionData` of the sample must not become that of the tests.
  const { AppModule } = (await import(`../../../sample/${name}/app.module.js`)) as { AppModule: Type };
  const testing = Test.createTestingModule({ imports: [AppModule] });
  const module = await (
    store === undefined ? testing : testing.overrideProvider(SessionStore).useValue(store)
  ).compile();
  const app = module.createNestApplication({
    logger: ['warn', 'error'],
    abortOnError: false,
    // As `TestAppOptions` has it for browsers.
    forceCloseConnections: true,
  });
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
