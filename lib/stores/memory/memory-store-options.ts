import { count } from '../../options/validate.js';
import { checkOptions } from '../shared/store-options.js';

/** What a `MemoryStore` is made with. A wrong one is a `SessionsConfigError`. */
export interface MemoryStoreOptions {
  /**
   * At most so many sessions are kept, tombstones included. When there are more, the one used longest ago that is not locked is
   * dropped. Default 100 000.
   */
  maxSessions?: number;
}

/** @throws SessionsConfigError when an option is wrong. */
export function maxSessionsOf(options: MemoryStoreOptions): number {
  checkOptions('MemoryStore', options, { maxSessions: '100_000' });
  return count('MemoryStore: maxSessions', options.maxSessions, 100_000);
}
