import { jest } from '@jest/globals';
import { sessionStoreContract } from 'nestjs-sessions/testing';
import { OpenStore } from '../support/mutants/open-store.js';

describe('the waits of the store contract', () => {
  afterEach(() => jest.restoreAllMocks());

  it('follow the wall clock, by which records expire, and not that of timers', async () => {
    const start = Date.now();
    const realNow = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => start + Math.floor((realNow() - start) / 2));
    const contract = sessionStoreContract({ create: () => new OpenStore(() => Date.now()) });
    const rule = contract.find(({ name }) => name.startsWith('an expired record is missing'));
    await rule?.run();
    expect(rule).toBeDefined();
  });
});
