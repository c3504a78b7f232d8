import { Controller, Get, VERSION_NEUTRAL, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { MemoryStore, Session, type SessionsModuleOptions } from 'nestjs-sessions';
import type { Browser, Reply } from './browser.js';
import type { HandlerShape } from './handler-shapes.js';
import { ObservedStore } from '../stores/observed-store.js';
import { TestApp } from './test-app.js';

type Application = Pick<HandlerShape, 'platform' | 'controllers' | 'imports' | 'sessions' | 'configure'>;
type ConfigureFirst = (app: INestApplication) => void;

/** After so long a request counts as one that hangs. No test waits for it but one that fails. */
const HANGING = 60_000;

@Controller({ version: VERSION_NEUTRAL })
class Counter {
  @Get('start') start(@Session() session: Session): void {
    session.set('n', 0);
  }

  @Get('n') n(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }
}

/** An application with the routes of one shape. */
export function startShape(
  { platform, controllers, imports, sessions, configure }: Application,
  options: SessionsModuleOptions,
  configureFirst: ConfigureFirst = () => undefined,
): Promise<TestApp> {
  return TestApp.start({
    platform,
    controllers: [Counter, ...controllers],
    imports,
    sessions: { ...sessions, ...options },
    // A test that fails may leave a request that nobody answers.
    forceCloseConnections: true,
    configure: (app) => {
      configureFirst(app);
      configure(app as NestExpressApplication);
    },
  });
}

/** Applications with one store, one for all shapes whose routes and settings are the same: to start one for each takes longer. */
export class ShapeApps {
  readonly store = new ObservedStore(new MemoryStore());
  readonly #started: { readonly shape: HandlerShape; readonly app: Promise<TestApp> }[] = [];

  constructor(
    private readonly options: SessionsModuleOptions = {},
    private readonly configureFirst: ConfigureFirst = () => undefined,
  ) {}

  /** The one that has the shape. The store works, and its calls are forgotten. */
  async of(shape: HandlerShape): Promise<TestApp> {
    const found = this.#started.find((one) => isSameApplication(one.shape, shape)) ?? this.#start(shape);
    const app = await found.app;
    this.store.mend();
    this.store.takeCalls();
    return app;
  }

  async close(): Promise<void> {
    this.store.mend();
    for (const { app } of this.#started.splice(0)) await (await app).close();
  }

  #start(shape: HandlerShape): { readonly shape: HandlerShape; readonly app: Promise<TestApp> } {
    const app = startShape(shape, { store: this.store, ...this.options }, this.configureFirst);
    const started = { shape, app };
    this.#started.push(started);
    return started;
  }
}

function isSameApplication(one: Application, other: Application): boolean {
  return (['platform', 'controllers', 'imports', 'sessions', 'configure'] as const).every(
    (part) => one[part] === other[part],
  );
}

/** A client whose session counts from 0. */
export async function visitorOf(app: TestApp): Promise<Browser> {
  const visitor = app.browser();
  await visitor.get('/start');
  return visitor;
}

/** What the session counts now; the lock must be free. */
export async function storedCount(visitor: Browser): Promise<number | undefined> {
  const { status, text } = await visitor.get('/n', { signal: AbortSignal.timeout(HANGING) });
  if (status !== 200) {
    throw new Error(`GET /n is answered with ${status}: ${text}`);
  }
  return (JSON.parse(text) as { n?: number }).n;
}

/** What a client sees: a whole reply, or a connection that was cut, or nothing. */
export type Seen = Reply | { readonly status: 'cut' | 'hangs' };

export async function visit(client: Browser, { path, method }: Pick<HandlerShape, 'path' | 'method'>): Promise<Seen> {
  const signal = AbortSignal.timeout(HANGING);
  try {
    return await client.request(path, { method, signal });
  } catch {
    return { status: signal.aborted ? 'hangs' : 'cut' };
  }
}

/** Whether the client is told that all went well. */
export function isAcknowledged({ status }: Seen): boolean {
  return typeof status === 'number' && status < 400;
}
