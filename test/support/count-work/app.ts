import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { AllocationCounter } from './allocations.js';
import { CallCounter } from './calls.js';
import { OwnInspector } from './inspector.js';
import { JsonCounter } from './json.js';
import { PromiseCounter } from './promises.js';
import type { Order, Work } from './count-work.js';
import { reportReady } from '../processes/report-ready.js';

/**
 * The application whose work is counted, in a process of its own. Allocations are counted apart from the rest, since to count the
 * rest allocates.
 */

const TURNS = 20;
const LIB = new URL('../../../lib/', import.meta.url).href;
const inspector = new OwnInspector();
const calls = new CallCounter(LIB, inspector);
const allocations = new AllocationCounter(LIB, inspector);
const promises = new PromiseCounter(LIB);
const json = new JsonCounter(LIB);

// After the counters, which have to be there first.
const { MemoryStore, SessionsModule } = await import('nestjs-sessions');
const { OursController } = await import('../../bench/apps/ours.controller.js');

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

const orders: Readonly<Record<Order, () => void>> = {
  count: () => {
    operations = [];
    json.begin();
    calls.take();
    promises.begin();
    process.send?.(null);
  },
  weigh: () => {
    allocations.begin();
    process.send?.(null);
  },
  counted: () => {
    afterwards(() => {
      const counted: Omit<Work, 'allocations'> = {
        promises: promises.end(),
        ...calls.take(),
        json: json.end(),
        operations,
      };
      process.send?.(counted);
    });
  },
  weighed: () => {
    afterwards(() => process.send?.(allocations.end()));
  },
};
process.on('message', (order: Order) => {
  orders[order]();
});
reportReady(`http://127.0.0.1:${((app.getHttpServer() as Server).address() as AddressInfo).port}`);

/** What a request leaves behind, such as the unlocking, may still run: it is waited for, without a promise that would be counted. */
function afterwards(step: () => void, turns = TURNS): void {
  if (turns > 0) {
    setImmediate(afterwards, step, turns - 1);
  } else {
    step();
  }
}
