import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { MapStore } from './map.store.js';

describe('MapStore keeps the contract', () => {
  const clock = new ManualClock();
  const contract = sessionStoreContract({
    create: () => new MapStore(() => clock.now()),
    wait: (milliseconds) => clock.advance(milliseconds),
    now: () => clock.now(),
  });
  for (const { name, run } of contract) it(name, run);
});
