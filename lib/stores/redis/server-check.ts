import { setTimeout as sleep } from 'node:timers/promises';
import { SessionsConfigError } from '../../errors/index.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { SessionStore } from '../session-store.js';
import { warnOfSkew } from '../shared/clock-skew.js';
import { LifeError, proveLife } from '../shared/prove-life.js';
import { randomId } from '../shared/random-id.js';
import type { StoreLog } from '../shared/store-log.js';
import { heals, isForbidden, reasonOf, replyCodeOf } from './connection/failures.js';
import { listOf, type RedisCommands, textOf } from './connection/redis-commands.js';

/** Milliseconds that an application waits for Redis when it starts. */
const START_LIMIT = 2_000;
/** `SET` with `PXAT`. */
const OLDEST = { major: 6, minor: 2 };
/** So long that it arrives in many pieces, of which some end within a character. */
const TEXT = { piece: 'ü€👩', times: 50_000 };

/**
 * What is found out when the application starts. It starts without a Redis that it cannot reach, but not with one that can keep
 * no sessions.
 */
export class ServerCheck {
  readonly #commands: RedisCommands;
  readonly #log: StoreLog;
  /** Decides which node of a Cluster is asked. */
  readonly #id = randomId();

  constructor(commands: RedisCommands, log: StoreLog) {
    this.#commands = commands;
    this.#log = log;
  }

  /** @throws SessionsConfigError that says what is wrong. */
  async run(store: SessionStore, clock: Pick<Clock, 'now'>): Promise<void> {
    const checks = this.#check(store, clock);
    const answer = await Promise.race([
      checks.then(
        () => 'good' as const,
        (error: unknown) => ({ error }),
      ),
      sleep(START_LIMIT, 'late' as const, { ref: false }),
    ]);
    if (answer === 'good') {
      return;
    }
    const reason = answer === 'late' ? `no answer within ${START_LIMIT} ms` : this.#reasonToWait(answer.error);
    this.#log.warn('start', `Redis cannot be used yet (${reason}). Sessions work as soon as it can.`);
  }

  async #check(store: SessionStore, clock: Pick<Clock, 'now'>): Promise<void> {
    const now = await this.#serverTime();
    warnOfSkew(this.#log, 'Redis', now, clock.now());
    await this.#checkInfo();
    await this.#checkTexts();
    try {
      await proveLife(store, now);
    } catch (error) {
      if (!(rootOf(error) instanceof LifeError)) {
        throw error;
      }
      // A server that was restarted in the middle has forgotten the session that was tried.
      await proveLife(store, now);
    }
  }

  /** The server's clock, in epoch milliseconds. */
  async #serverTime(): Promise<number> {
    const [seconds, microseconds] = listOf(await this.#commands.ask(this.#id, ['TIME']))
      .map(textOf)
      .map(Number);
    return Math.floor(Number(seconds) * 1_000 + Number(microseconds) / 1_000);
  }

  async #checkInfo(): Promise<void> {
    const info = await this.#info();
    const version = info('redis_version');
    const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
    if (version !== undefined && (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor))) {
      throw new SessionsConfigError(
        `RedisStore needs Redis ${OLDEST.major}.${OLDEST.minor} or later, or Valkey; this server is Redis ${version}.`,
      );
    }
    const policy = info('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction') {
      this.#log.warn(
        'eviction',
        `Redis removes sessions, and tombstones of those that were ended, when it is full (maxmemory-policy ${policy}). ` +
          'Set it to noeviction: then a full server refuses new sessions, and keeps those that it has.',
      );
    }
  }

  /** node-redis 5.0 to 5.8 breaks characters that arrive in two pieces, and would break sessions, now and then and silently. */
  async #checkTexts(): Promise<void> {
    const { piece, times } = TEXT;
    const script = `return string.rep(ARGV[1], ${times})`;
    const answer = textOf(await this.#commands.ask(this.#id, ['EVAL', script, '0', piece]));
    if (answer !== piece.repeat(times)) {
      throw new SessionsConfigError(
        'RedisStore: the client breaks long texts, as node-redis 5.0 to 5.8 does. Use a later version of it.',
      );
    }
  }

  /** What the server tells of itself; nothing where it is forbidden to ask. */
  async #info(): Promise<(name: string) => string | undefined> {
    try {
      const texts = [await this.#ask('server'), await this.#ask('memory')];
      return (name) => new RegExp(`^${name}:(\\S+)`, 'm').exec(texts.join('\n'))?.[1];
    } catch (error) {
      if (replyCodeOf(error) === undefined || heals(error)) {
        throw error;
      }
      return () => undefined;
    }
  }

  async #ask(section: string): Promise<string> {
    return textOf(await this.#commands.ask(this.#id, ['INFO', section])) ?? '';
  }

  /** @throws SessionsConfigError when waiting does not help. */
  #reasonToWait(error: unknown): string {
    if (error instanceof SessionsConfigError) {
      throw error;
    }
    const cause = rootOf(error);
    if (cause instanceof LifeError) {
      throw new SessionsConfigError(`RedisStore: ${cause.message}.`, { cause });
    }
    if (heals(cause)) {
      return reasonOf(cause);
    }
    throw new SessionsConfigError(`RedisStore: ${adviceOn(cause)}`, { cause });
  }
}

/** What the client threw. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

function adviceOn(error: unknown): string {
  if (isForbidden(error)) {
    return (
      `${reasonOf(error)}. It needs the commands GET, MGET, SET, GETRANGE, SETRANGE, STRLEN, EXISTS, DEL, PEXPIREAT, TIME, EVAL ` +
      'and EVALSHA on keys that begin with its prefix.'
    );
  }
  return replyCodeOf(error) === 'MOVED'
    ? 'the server is a node of a Cluster: give the store a Cluster client.'
    : `Redis cannot keep sessions: ${reasonOf(error)}.`;
}
