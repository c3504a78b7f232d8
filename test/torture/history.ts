/** What became of a request, as far as its client can know: `unknown` is what was cut off, or may have been carried out. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

/** Every time is of one clock, that of the process in which all clients run. */
export interface Sent {
  readonly sent: number;
  readonly ended: number;
  readonly fate: Fate;
}

/** One more under the lock; `value` is what the answer said the count is now. */
export interface Count extends Sent {
  readonly session: string;
  readonly value?: number;
}

/** A key that one client alone writes, without the lock; `before` is what the handler found there. */
export interface KeyWrite extends Sent {
  readonly session: string;
  readonly key: string;
  readonly value: number;
  readonly before?: number;
}

/** The answer to a client that asked who it is; `expected` where it must still be logged in. */
export interface Look {
  readonly id: string;
  readonly sent: number;
  readonly found: string | undefined;
  readonly expected: string | undefined;
}

/** An id was given up for another, and the client knows it. */
export interface Rotation {
  readonly from: string;
  readonly login: string;
  readonly acknowledged: number;
}

export interface Logout {
  readonly login: string;
  readonly acknowledged: number;
}

/** What was sent, what was acknowledged, and what is unknown because the answer never came. */
export class History {
  readonly counts: Count[] = [];
  readonly writes: KeyWrite[] = [];
  readonly looks: Look[] = [];
  readonly rotations: Rotation[] = [];
  readonly logouts: Logout[] = [];
  /** Every id that a client was ever given. */
  readonly ids = new Set<string>();
  /** Sessions that were not there any more, although nothing allows that. */
  readonly lost: string[] = [];
  /** How often the store was made to forget everything. */
  losses = 0;
  acknowledgedCounts = 0;

  count(count: Count): void {
    this.counts.push(count);
    if (count.fate === 'acknowledged') this.acknowledgedCounts += 1;
  }
}
