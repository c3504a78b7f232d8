import { Controller, Get } from '@nestjs/common';
import type { LockOptions } from 'nestjs-sessions';
import { GatesController } from '../../support/http/gates.js';
import { reportReady } from '../../support/processes/report-ready.js';
import { openStore } from '../../support/stores/stores.js';
import { TestApp } from '../../support/http/test-app.js';
import { VisitsController } from './visits.controller.js';

/** The application of `VisitsController` as a process of its own: `STORE` says where the sessions are, `LOCK` how it locks. */

@Controller()
class LogController {
  @Get('log') log(): string {
    return app.logs.text;
  }
}

const app = await TestApp.start({
  controllers: [VisitsController, GatesController, LogController],
  sessions: {
    store: await openStore(process.env['STORE'] ?? ''),
    lock: JSON.parse(process.env['LOCK'] ?? '{}') as LockOptions,
  },
  configure: (nest) => nest.enableShutdownHooks(),
});
reportReady(app.url);
