import type { LockingMode } from '../interfaces/sessions-options.interface.js';
import type { LockSettings } from '../session/lock/lock-settings.js';

/** From the weakest to the strongest. */
const STRENGTH: readonly LockingMode[] = ['read-only', 'explicit', 'implicit', 'early'];

/** Of two fields of one request that lock in different ways, the stronger lock protects both. */
export function strongerLock(first: LockSettings | undefined, second: LockSettings): LockSettings {
  return first !== undefined && STRENGTH.indexOf(first.mode) >= STRENGTH.indexOf(second.mode) ? first : second;
}
