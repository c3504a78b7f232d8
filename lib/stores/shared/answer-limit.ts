/** Of the time that a request has. */
const SHARE = 1 / 4;

/** Milliseconds in which nothing is concluded from late answers, after the server itself was late. */
const TRUST = 60_000;

/**
 * How long a connection that was idle may take to answer, before the statement is sent on another one.
 *
 * A firewall or a load balancer that forgets an idle connection tells nobody: what is sent on it is never answered, and the pool
 * has many of the kind. On a new connection the answer comes at once. If it does not, the server is slow and the connection was
 * not dead: then, for a minute, idle connections may take as long as all others, or a server under load would get every
 * statement twice.
 */
export class AnswerLimit {
  #milliseconds: number;
  #trustedUntil = -Infinity;

  /** `timeout` is what a request or an operation has, in milliseconds. */
  constructor(timeout: number) {
    this.#milliseconds = timeout * SHARE;
  }

  /** In milliseconds; `Infinity` while the server is known to be slow. */
  get milliseconds(): number {
    return performance.now() < this.#trustedUntil ? Infinity : this.#milliseconds;
  }

  /** No more than a quarter of this either. */
  shorten(timeout: number): void {
    this.#milliseconds = Math.min(this.#milliseconds, timeout * SHARE);
  }

  /** What a new connection took, after an idle one had not answered. Returns whether it was the connection that was dead. */
  learn(milliseconds: number): boolean {
    const wasDead = milliseconds <= this.#milliseconds;
    if (!wasDead) {
      this.#trustedUntil = performance.now() + TRUST;
    }
    return wasDead;
  }
}
