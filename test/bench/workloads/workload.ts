import type { Contender } from '../contenders.js';
import type { LoadGenerator } from '../load/load-generator.js';
import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';

/** How much is done. Requests are counted, and not seconds: on a busy machine fewer of them would say something else. */
export interface Effort {
  /** Whether it is only tried that everything runs. */
  readonly isCheck: boolean;
  /** How many visitors come back. */
  readonly visitors: number;
  /** Requests of each workload before it is measured. */
  readonly warmUp: number;
  /** How often they are measured, turn and turn about with the others. */
  readonly slices: number;
  /** Requests of a slice. */
  readonly requests: number;
  readonly increments: number;
  /** How many sessions are stored, from one step of the growth to the next. */
  readonly growth: readonly number[];
  /** How many sessions the clean-up finds; one half of them has expired. */
  readonly cleanUp: number;
}

export interface Tools {
  readonly effort: Effort;
  readonly load: LoadGenerator;
}

export interface Workload {
  readonly name: string;
  /** Whether it changes how much is stored so that it needs an application of its own. */
  readonly isAlone: boolean;
  isFor(contender: Contender): boolean;
  /** One measurement of each, or several that have names of their own. */
  measure(subjects: readonly Subject[], tools: Tools): Promise<readonly Measured[]>;
}

export interface Measured {
  readonly contender: Contender;
  readonly name: string;
  readonly figures: Figures;
}
