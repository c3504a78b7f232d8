import { Controller, Param, Post } from '@nestjs/common';
import { hours, Session, type LockOptions } from 'nestjs-sessions';
import { existsSync } from 'node:fs';
import { GatesController } from '../../support/http/gates.js';
import { reportReady } from '../../support/processes/report-ready.js';
import { openStore } from '../../support/stores/stores.js';
import { TestApp } from '../../support/http/test-app.js';
import { VisitsController } from './visits.controller.js';

/** An application as a process of its own, to which things happen: `STORE` says where the sessions are, `LOCK` how it locks. */

@Controller()
class BlockingController {
  /** Keeps the whole process from doing anything else until there is a file of that name. */
  @Post('visits/until/:file') visit(@Session() session: Session, @Param('file') file: string): number {
    const visits = (session.get('visits') ?? 0) + 1;
    process.send?.({ kind: 'blocked' });
    while (!existsSync(file));
    session.set('visits', visits);
    return visits;
  }
}

const app = await TestApp.start({
  controllers: [VisitsController, BlockingController, GatesController],
  sessions: {
    store: await openStore(process.env['STORE'] ?? ''),
    timeout: hours(3),
    lock: JSON.parse(process.env['LOCK'] ?? '{}') as LockOptions,
  },
});
reportReady(app.url);
