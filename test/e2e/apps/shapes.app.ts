import { Controller, Param, Post } from '@nestjs/common';
import { MemoryStore } from 'nestjs-sessions';
import { shapeNamed } from '../../support/http/handler-shapes.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { reportReady } from '../../support/processes/report-ready.js';
import { startShape } from '../../support/http/shape-app.js';
import { storeFailures } from '../../support/stores/store-failures.js';

/** The routes of the shapes that `SHAPES` names, as a process of its own, whose store can be told to fail. */

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

const shapes = (JSON.parse(process.env['SHAPES'] ?? '[]') as string[]).map(shapeNamed);
const controllers = new Set(shapes.flatMap((shape) => shape.controllers));
const app = await startShape(
  {
    platform: shapes[0]?.platform ?? 'express',
    imports: [],
    sessions: {},
    configure: () => undefined,
    controllers: [StoreController, ...controllers],
  },
  { store, maxBytes: 5_000 },
);
reportReady(app.url);
