import type { SessionPolicy } from '../session-policy.js';
import { reasonOf } from '../store-access/reason-of.js';
import { StoreLooks, type Look, type LookDeps } from './store-looks.js';
import { WatchList } from './watch-list.js';
import type { SessionEnd, WatchedSession } from './watched-session.js';

/** Durations in milliseconds. */
export interface WatchSettings {
  /** Between two looks at the store. */
  readonly interval: number;
  /** How many sessions may be watched at a time. */
  readonly maxWatched: number;
}

/** Tells of the end of sessions: at once of what happens in this process, and within an interval of all else. */
export class SessionWatches {
  readonly #list = new WatchList();
  readonly #looks: StoreLooks;
  /** Keys that get another id just now: a look that finds them rotated says nothing new. */
  readonly #rotating = new Set<string>();

  constructor(
    private readonly deps: LookDeps,
    private readonly policy: SessionPolicy,
    private readonly settings: WatchSettings,
  ) {
    this.#looks = new StoreLooks(deps, this.#list, settings.interval, (key, look) => this.#onLook(key, look));
  }

  /** Returns a function that ends the watch. `onEnd` is called once at most, and never before this has returned. */
  watch(keys: readonly string[], onEnd: WatchedSession['onEnd']): () => void {
    const watched: WatchedSession = { keys: new Set(keys), expiresAt: undefined, end: undefined, onEnd };
    const { maxWatched } = this.settings;
    const isFull = this.#list.size >= maxWatched;
    if (isFull) {
      const line = `${maxWatched} sessions are watched already (watch.maxWatched): a new one counts as ended`;
      this.deps.warnings.log('watch.maxWatched', line);
    }
    if (isFull || keys.length === 0) {
      return this.#tellSoon(watched);
    }
    this.#list.add(watched);
    this.#looks.atOnce(keys);
    return () => void this.#list.remove(watched);
  }

  /** This process has destroyed the session. */
  ended(key: string): void {
    for (const watched of this.#list.at(key)) {
      this.#ruleOut(watched, key, 'ended');
    }
  }

  /** This process gives the session another id. Who watches it follows, unless a new life begins under the new id. */
  rotating(from: string, to: string, startsNewLife: boolean, rotation: Promise<unknown>): void {
    if (!this.#list.has(from)) {
      return;
    }
    this.#rotating.add(from);
    const settle = (version: unknown): void => {
      this.#rotating.delete(from);
      if (version !== false) {
        this.#rotated(from, to, startsNewLife);
      }
    };
    rotation.then(settle, () => settle(false));
  }

  close(): void {
    this.#looks.close();
    this.#list.clear();
  }

  #rotated(from: string, to: string, startsNewLife: boolean): void {
    if (!startsNewLife) {
      this.#list.move(from, to);
      return;
    }
    for (const watched of this.#list.at(from)) {
      this.#ruleOut(watched, from, 'rotated');
    }
  }

  #onLook(key: string, look: Look): void {
    if (look.status === 'gone' && look.because === 'rotated' && this.#rotating.has(key)) {
      return;
    }
    const now = this.deps.clock.now();
    for (const watched of this.#list.at(key)) {
      if (look.status === 'found' && !this.policy.isExpired(look.record, now)) {
        watched.expiresAt = look.record.expiresAt;
        this.#list.settle(watched, key);
      } else {
        this.#ruleOut(watched, key, endOf(look, watched, now));
      }
    }
  }

  #ruleOut(watched: WatchedSession, key: string, end: SessionEnd): void {
    const reason = this.#list.ruleOut(watched, key, end);
    if (reason !== undefined) {
      void this.#tell(watched, reason);
    }
  }

  #tellSoon(watched: WatchedSession): () => void {
    let isWanted = true;
    queueMicrotask(() => {
      if (isWanted) {
        void this.#tell(watched, 'unknown');
      }
    });
    return () => {
      isWanted = false;
    };
  }

  /** What the application does there may fail, and must not end the process. */
  async #tell({ onEnd }: WatchedSession, reason: SessionEnd): Promise<void> {
    try {
      await onEnd(reason);
    } catch (error) {
      this.deps.warnings.log('onEnd', `The onEnd of a watched session failed: ${reasonOf(error)}`);
    }
  }
}

function endOf(look: Look, { expiresAt }: WatchedSession, now: number): SessionEnd {
  switch (look.status) {
    case 'gone':
      return look.because === 'destroyed' ? 'ended' : 'rotated';
    case 'found':
      return 'expired';
    case 'missing':
      return expiresAt !== undefined && now >= expiresAt ? 'expired' : 'unknown';
  }
}
