import fc from 'fast-check';
import {
  InterleavedRequests,
  requests,
  requestsAndAnEnd,
  type Request,
} from '../support/engine/interleaved-requests.js';
import { holds } from '../support/models/property.js';

describe('Requests of one visitor in two processes, however their steps are mixed,', () => {
  const run = async (scheduler: fc.Scheduler, mixed: readonly Request[]): Promise<void> =>
    new InterleavedRequests(scheduler).run(mixed);

  holds(
    'lose no acknowledged increment and no key of their own, leave no lock, and end',
    60,
    fc.asyncProperty(fc.scheduler(), requests, run),
  );

  holds(
    'bring no session back that one of them ends, and make no second one of one that gets a new id',
    60,
    fc.asyncProperty(fc.scheduler(), requestsAndAnEnd, run),
  );
});
