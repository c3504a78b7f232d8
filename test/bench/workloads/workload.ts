import type { Contender } from '../contenders.js';
import type { Effort } from '../effort.js';
import type { LoadGenerator } from '../load/load-generator.js';
import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';

export interface Tools {
  readonly effort: Effort;
  readonly load: LoadGenerator;
}

/** What is measured of one application at a time. */
export interface Workload {
  readonly name: string;
  isFor(contender: Contender): boolean;
  measure(subject: Subject, tools: Tools): Promise<readonly Measured[]>;
}

/** One measurement, or one of several that have names of their own. */
export interface Measured {
  readonly name: string;
  readonly figures: Figures;
}
