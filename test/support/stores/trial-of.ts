import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionStore } from 'nestjs-sessions';
import type { ManualClock } from 'nestjs-sessions/testing';
import { ContractHarness } from '../../../lib/testing/contract/harness.js';

/** What a test needs to try a store that it has opened. Its time is the clock's, if there is one, and real otherwise. */
export function trialOf(store: SessionStore, clock?: ManualClock): ContractHarness {
  return new ContractHarness(
    store,
    () => clock?.now() ?? Date.now(),
    (milliseconds) => clock?.advanceAsync(milliseconds) ?? sleep(milliseconds),
    () => Promise.resolve(),
  );
}
