import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { CallCounter } from './count-work.calls.js';
import { JsonCounter } from './count-work.json.js';
import { PromiseCounter } from './count-work.promises.js';
import type { Work } from './count-work.js';
import { reportReady } from './report-ready.js';

/** The application whose work is counted, in a process of its own: told `begin`, it counts, and told `end`, it answers what. */

const TURNS = 20;
const LIB = new URL('../../lib/', import.meta.url).href;
const calls = new CallCounter(LIB);
const promises = new PromiseCounter(LIB);
const json = new JsonCounter(LIB);

// After the counters, which have to be there first.
const { MemoryStore, SessionsModule } = await import('nestjs-sessions');
const { OursController } = await import('../bench/apps/ours.controller.js');

let operations: string[] = [];
const store = new Proxy(new MemoryStore(), {
  get: (target, name) => {
    const found: unknown = Reflect.get(target, name, target);
    if (typeof found !== 'function') {
      return found;
    }
    return (...args: unknown[]): unknown => {
      operations.push(String(name));
      return Reflect.apply(found, target, args);
    };
  },
});

@Module({
  imports: [SessionsModule.forRoot({ store, secret: 'a secret that signs the cookies of the count' })],
  controllers: [OursController],
})
class CountedModule {}

const app = await NestFactory.create(CountedModule, { logger: ['error', 'warn'], abortOnError: false });
await app.listen(0, '127.0.0.1');

process.on('message', (message: 'begin' | 'end') => {
  if (message === 'begin') {
    begin();
  } else {
    end();
  }
});
reportReady(`http://127.0.0.1:${((app.getHttpServer() as Server).address() as AddressInfo).port}`);

function begin(): void {
  operations = [];
  json.begin();
  calls.take();
  promises.begin();
  process.send?.({ begun: true });
}

/** What a request leaves behind, such as the unlocking, may still run: it is waited for, without a promise that would be counted. */
function end(turns = TURNS): void {
  if (turns > 0) {
    setImmediate(end, turns - 1);
    return;
  }
  const work: Work = { promises: promises.end(), ...calls.take(), json: json.end(), operations };
  process.send?.(work);
}
