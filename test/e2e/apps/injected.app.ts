import { Controller, Get, Module, Redirect, Res, StreamableFile } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MemoryStore, Session, SessionsModule } from 'nestjs-sessions';
import { reportReady } from '../../support/processes/report-ready.js';
import { count } from '../../support/shapes/handler-shape.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { fails } from '../../support/stores/store-failures.js';

/** Asks an application of Fastify by `inject()` what it is told to. In a process of its own: in those of jest `inject()` does not load. */

export interface Injected {
  readonly n: number;
  readonly url: string;
  readonly cookie: string;
  /** The store cannot be written meanwhile. */
  readonly isFailing: boolean;
}

export interface InjectedReply {
  readonly n: number;
  readonly status: number | 'cut';
  readonly text: string;
  readonly setCookie: string;
}

@Controller()
class Pages {
  @Get('count') count(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('n') n(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }

  @Get('redirect') @Redirect('/n') redirect(@Session() session: Session): void {
    count(session);
  }

  @Get('hijack') hijack(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.end(JSON.stringify(count(session)));
  }

  @Get('file') file(@Session() session: Session): StreamableFile {
    count(session);
    return new StreamableFile(createReadStream(fileURLToPath(import.meta.url)));
  }
}

const store = new ObservedStore(new MemoryStore());

@Module({ imports: [SessionsModule.forRoot({ store })], controllers: [Pages] })
class InjectedModule {}

const testing = await Test.createTestingModule({ imports: [InjectedModule] }).compile();
const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
await app.init();
await app.getHttpAdapter().getInstance().ready();

process.on('message', ({ n, url, cookie, isFailing }: Injected) => {
  if (isFailing) {
    store.before('update', fails[1]);
  }
  app.inject({ url, headers: { cookie } }).then(
    ({ statusCode, payload, headers }) => {
      store.mend();
      process.send?.({ n, status: statusCode, text: payload, setCookie: [headers['set-cookie'] ?? ''].flat().join() });
    },
    (error: unknown) => {
      store.mend();
      process.send?.({ n, status: 'cut', text: String(error), setCookie: '' });
    },
  );
});
reportReady('inject()');
