import type { SessionStore } from 'nestjs-sessions';
import { TestApp } from '../support/http/test-app.js';
import { InspectionController } from './inspection.controller.js';
import { TortureController } from './torture.controller.js';

/** Short enough to be lost often, and long enough to be kept on a busy machine most of the time. */
export const LEASE = 1_500;

/** A black hole is longer than that, now and then; a busy machine seldom is. */
export const STORE_TIMEOUT = 5_000;

export function startTorturedApp(store: SessionStore): Promise<TestApp> {
  return TestApp.start({
    controllers: [TortureController, InspectionController],
    sessions: {
      store,
      lock: { lease: LEASE, wait: 8_000 },
      storeTimeout: STORE_TIMEOUT,
      touchAfter: 500,
      cleanup: { cron: '*/2 * * * * *', batchSize: 100 },
    },
  });
}
