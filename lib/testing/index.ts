/**
 * For tests of an application, and for those of a store of your own.
 *
 * @module nestjs-sessions/testing
 */

// For tests of an application
export { createTestSession } from './create-test-session.js';
export { ManualClock } from './manual-clock.js';

// The store contract, for those who write a store
export { sessionStoreContract } from './contract/session-store-contract.js';
export type { SessionStoreContractCase, SessionStoreContractOptions } from './contract/harness.js';
