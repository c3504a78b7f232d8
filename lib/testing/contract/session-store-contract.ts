import type { SessionStore } from '../../stores/session-store.js';
import { abilityRules } from './abilities.js';
import { expiryRules } from './expiry.js';
import {
  type ContractRule,
  type SessionStoreContractCase,
  type SessionStoreContractOptions,
  tryRule,
} from './harness.js';
import { lifetimeRules } from './lifetimes.js';
import { limitRules } from './limits.js';
import { lockRules } from './locks.js';
import { outageRule } from './outage.js';
import { raceRules } from './races.js';
import { recordRules } from './records.js';
import { rotationRules } from './rotation.js';
import { tombstoneRules } from './tombstones.js';

const RULES: readonly ContractRule[] = [
  ...recordRules,
  ...expiryRules,
  ...lifetimeRules,
  ...limitRules,
  ...tombstoneRules,
  ...lockRules,
  ...rotationRules,
  ...raceRules,
  ...abilityRules,
];

/**
 * The rules of the `SessionStore` contract, as cases for any test runner:
 *
 * ```ts
 * describe('MyStore', () => {
 *   for (const { name, run } of sessionStoreContract({ create: () => new MyStore() })) it(name, run);
 * });
 * ```
 *
 * Each case has a store of its own. Optional abilities (counting, loading many, sweeping) are checked when the store has their
 * methods. In real time the suite takes about ten seconds. With `wait` and `now` on a `ManualClock` it does not wait at all.
 */
export function sessionStoreContract<S extends SessionStore>(
  options: SessionStoreContractOptions<S>,
): readonly SessionStoreContractCase[] {
  const rules = options.breakDown ? [...RULES, outageRule] : RULES;
  return rules.map((rule) => ({ name: rule.name, run: () => tryRule(rule, options) }));
}
