import { Module, type INestApplication, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import cookieSession from 'cookie-session';
import express, { type Express, type RequestHandler } from 'express';
import expressSession from 'express-session';
import { SessionsModule } from 'nestjs-sessions';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Browser, type Reply } from '../../support/http/browser.js';
import { NotesController } from '../../support/http/notes-app.js';
import { LogBook } from '../../support/http/test-app.js';

const libraries: readonly [string, () => RequestHandler][] = [
  ['express-session', () => expressSession({ secret: 'secret', resave: false, saveUninitialized: false })],
  ['cookie-session', () => cookieSession({ secret: 'secret' })],
];

const SESSIONS = SessionsModule.forRoot({ lock: { wait: 200 } });

@Module({ imports: [SESSIONS], controllers: [NotesController] })
class AppModule {}

let other: RequestHandler;

/** Mounts the other library as a middleware of Nest, which comes after ours. */
@Module({ imports: [SESSIONS], controllers: [NotesController] })
class WithMiddleware implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(other).forRoutes('{*path}');
  }
}

let logs: LogBook;
let app: INestApplication | undefined;
let server: Server;

function create(module: typeof AppModule | typeof WithMiddleware, instance?: Express): Promise<INestApplication> {
  const settings = { logger: logs, abortOnError: false };
  return instance === undefined
    ? NestFactory.create(module, settings)
    : NestFactory.create(module, new ExpressAdapter(instance), settings);
}

async function listen(handler: RequestHandler): Promise<string> {
  server = createServer(express().use(handler));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where another library may stand; each gives the address of the application. */
const places: readonly [string, () => Promise<string>][] = [
  [
    'by app.use() in main.ts',
    async () => {
      app = await create(AppModule);
      app.use(other);
      await app.init();
      return listen(app.getHttpAdapter().getInstance() as Express);
    },
  ],
  [
    'in an Express application that Nest is given',
    async () => {
      const instance = express();
      instance.use(other);
      app = await create(AppModule, instance);
      await app.init();
      return listen(instance);
    },
  ],
  [
    'in an outer Express application',
    async () => {
      app = await create(AppModule);
      await app.init();
      const outer = express();
      outer.use(other, app.getHttpAdapter().getInstance() as Express);
      return listen(outer);
    },
  ],
];

async function startWithMiddleware(): Promise<string> {
  app = await create(WithMiddleware);
  await app.init();
  return listen(app.getHttpAdapter().getInstance() as Express);
}

/** Why it does not work: the error of the start, or what the first request is answered with and what is in the log. */
async function failureOf(start: () => Promise<string>): Promise<string> {
  let url: string;
  try {
    url = await start();
  } catch (error) {
    return String(error);
  }
  const signal = AbortSignal.timeout(10_000);
  const replies: Reply[] = [];
  for (const path of ['/notes', '/facts']) replies.push(await new Browser(url).get(path, { signal }));
  expect(replies.map(({ status }) => status)).toEqual([500, 500]);
  return logs.text;
}

describe.each(libraries)('%s beside this library', (name, library) => {
  beforeEach(() => {
    logs = new LogBook();
    other = library();
    app = undefined;
    server = createServer();
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await app?.close();
  });

  it.each(places)(
    'mounted %s is an error that says so, at the first request at the latest, and no request hangs',
    async (_, start) => {
      const failure = await failureOf(start);

      expect(failure).toMatch(/SessionsConfigError: /);
      expect(failure).toMatch(new RegExp(`${name}|request\\.session|another session`));
    },
  );

  if (name === 'cookie-session') {
    it('mounted as a middleware of Nest is an error that says so', async () => {
      expect(await failureOf(startWithMiddleware)).toMatch(/SessionsConfigError: .*request\.session/);
    });
  } else {
    // It skips itself when it finds a session, and a middleware of Nest has no name by which the start could know it.
    it('mounted as a middleware of Nest takes nothing from the session, and sets no cookie of its own', async () => {
      const visitor = new Browser(await startWithMiddleware());

      expect((await visitor.post('/notes', { a: 1 })).status).toBe(201);
      expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
      expect([...visitor.cookies.keys()]).toEqual(['session_id']);
    });
  }
});
