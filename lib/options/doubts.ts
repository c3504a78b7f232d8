import { hours, seconds } from './durations.js';
import type { ResolvedOptions } from './sessions-options.js';

const LIFETIMES = ['timeout', 'absoluteTimeout'] as const;

/** What can be meant, and hardly ever is, in words for the log. */
export function doubtsAbout({ policy }: Pick<ResolvedOptions, 'policy'>): readonly string[] {
  return LIFETIMES.filter((name) => policy[name] < seconds(1)).map(
    (name) =>
      `${name} is ${policy[name]} ms: sessions hardly outlive a request. Durations are in milliseconds: an hour is ${hours(1)}.`,
  );
}
