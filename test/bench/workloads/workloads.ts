import { cleanUp } from './clean-up.js';
import { contention } from './contention.js';
import { growth } from './growth.js';
import { PLAIN, steady } from './steady.js';
import type { Workload } from './workload.js';

export const workloads: readonly Workload[] = [
  steady('route without a session', PLAIN),
  steady('read-only', '/read-only'),
  steady('locked unchanged', '/locked-unchanged'),
  steady('locked changed', '/locked-changed'),
  steady('unlocked changed', '/unlocked-changed'),
  steady('first visit', '/first-visit', true),
  contention,
  growth,
  cleanUp,
];
