import { Controller, Param, Post } from '@nestjs/common';
import { MemoryStore } from 'nestjs-sessions';
import { shapeNamed } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { reportReady } from '../../support/processes/report-ready.js';
import { startShape } from '../../support/http/shape-app.js';
import { storeFailures } from '../../support/stores/store-failures.js';

/** The routes of the shape that `SHAPE` names, as a process of its own, whose store can be told to fail. */

const store = new ObservedStore(new MemoryStore());

@Controller('store')
class StoreController {
  /** The writes fail; reading and locking go on. */
  @Post('fails/:name') fail(@Param('name') name: string): void {
    const [, step] = storeFailures.find(([known]) => known === name) ?? [];
    if (step === undefined) {
      throw new Error(`There is no failure ${name}`);
    }
    for (const operation of ['create', 'update', 'rotate', 'delete'] as const) {
      store.before(operation, step);
    }
  }

  @Post('works') mend(): void {
    store.mend();
  }
}

const shape = shapeNamed(process.env['SHAPE'] ?? '');
const app = await startShape(
  { ...shape, controllers: [StoreController, ...shape.controllers] },
  { store, storeTimeout: 300, maxBytes: 5_000 },
);
reportReady(app.url);
