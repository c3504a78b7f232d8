import { reportReady } from '../../support/processes/report-ready.js';
import { openStore } from '../../support/stores/stores.js';
import { TestApp } from '../../support/http/test-app.js';
import { FlashController } from './flash.controller.js';

/** The application of `FlashController` as a process of its own; `STORE` says where the sessions are. */
const app = await TestApp.start({
  controllers: [FlashController],
  sessions: { store: await openStore(process.env['STORE'] ?? '') },
});
reportReady(app.url);
