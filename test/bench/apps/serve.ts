import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { AddressInfo, Server } from 'node:net';
import { longestBlockDuring } from './event-loop-blocks.js';
import type { Answers, Question } from './questions.js';

/** The way past HTTP to what an application stores. */
export interface Storage {
  /** Adds so many sessions. */
  fill(count: number, areExpired: boolean): Promise<void>;
  cleanUp(): Promise<unknown>;
}

export interface Served {
  readonly module: Type | DynamicModule;
  /** Default Express. */
  readonly adapter?: AbstractHttpAdapter | undefined;
  readonly configure?: (app: INestApplication) => unknown;
  readonly storage?: (app: INestApplication) => Storage;
}

/** Serves the application on a free port, which it tells its parent, and answers what that asks. */
export async function serve({ module, adapter = new ExpressAdapter(), configure, storage }: Served): Promise<void> {
  const app = await NestFactory.create(module, adapter, { logger: ['error', 'warn'] });
  await configure?.(app);
  await app.listen(0, '127.0.0.1');
  const store = storage?.(app);
  process.on('message', (question: Question) => {
    answer(question, store).then(
      (value) => process.send?.(value),
      (error: unknown) => {
        // The parent sees it, and the end of this process.
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit());
  process.send?.(((app.getHttpServer() as Server).address() as AddressInfo).port);
}

async function answer(question: Question, store: Storage | undefined): Promise<Answers[Question['ask']]> {
  switch (question.ask) {
    case 'usage': {
      const { user, system } = process.cpuUsage();
      return { cpu: user + system, peakMemory: process.resourceUsage().maxRSS * 1024 };
    }
    case 'fill':
      await store?.fill(question.count, question.areExpired);
      return null;
    case 'clean up': {
      const start = performance.now();
      const longestBlock = await longestBlockDuring(async () => store?.cleanUp());
      return { took: performance.now() - start, longestBlock };
    }
  }
}
