import type { SessionVersion, WriteGuard } from '../../interfaces/session-record.interface.js';
import type { Args } from '../shared/store-methods.js';
import type { KeySpread } from './connection/key-spread.js';
import { FIELDS, instant, KIND, LOCK } from './layout.js';
import { type RedisCommands, textOf } from './connection/redis-commands.js';
import type { RetriedWrites } from './retried-writes.js';
import { BURY, DISCARD, ROTATE, SETTLE } from './scripts.js';
import { type Claim, claimValue, liveValue, newVersion, fieldOf, tokenField } from './session-value.js';

/**
 * Moves sessions to other ids: by one script, or in a Cluster, where the two keys are on different nodes, in three steps of
 * which one decides.
 *
 * First the record is claimed under the new id, with the id that it moves from: no reader is given it while the old id has no
 * tombstone of the same version. Then, if the guard still holds, that tombstone is written. With this one write the old id is
 * gone and the new one is valid. Last, the claim becomes a session, with the lock and the expiry that the tombstone has kept
 * from the old one. A process that crashes in between leaves either the old session as it was or the new one valid, and never
 * both; the next request that reads the new one takes the last step.
 */
export class Rotations {
  readonly #commands: RedisCommands;
  readonly #retried: RetriedWrites;
  readonly #spread: KeySpread;

  constructor(commands: RedisCommands, retried: RetriedWrites, spread: KeySpread) {
    this.#commands = commands;
    this.#retried = retried;
    this.#spread = spread;
  }

  async rotate(rotation: Args<'rotate'>): Promise<SessionVersion | false> {
    const version = newVersion();
    const isDone = await this.#spread.choose(
      () => this.#inOneStep(rotation, version),
      () => this.#inThreeSteps(rotation, version),
    );
    return isDone && version;
  }

  /** Takes the last step for a process that did not; `false` when its old id is not buried: then the claim is no session. */
  async finish(id: string, { from, version }: Claim): Promise<boolean> {
    const tombstone = await this.#commands.get(from);
    if (!tombstone?.startsWith(KIND.rotated + version)) {
      return false;
    }
    await this.#settle(id, version, tombstone);
    return true;
  }

  async #inOneStep({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>, version: string): Promise<boolean> {
    const value = liveValue(record, version);
    const values = [value, instant(record.expiresAt), version, instant(tombstoneUntil)];
    return this.#retried.isDone(await this.#commands.run(ROTATE, [from, to], [...guardArgs(guard), ...values]), from);
  }

  async #inThreeSteps({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>, version: string): Promise<boolean> {
    const claim = claimValue(record, version, from);
    const inserted = await this.#commands.insert(to, claim, instant(record.expiresAt));
    if (!(await this.#retried.isInserted(inserted, to, version))) {
      return false;
    }
    const burial = await this.#commands.run(BURY, [from], [...guardArgs(guard), version, instant(tombstoneUntil)]);
    const tombstone = textOf(burial.reply);
    if (!tombstone) {
      await this.#commands.run(DISCARD, [to], [version]);
      return this.#retried.isDone({ ...burial, reply: '0' }, from);
    }
    await this.#settle(to, version, tombstone);
    return true;
  }

  async #settle(id: string, version: string, tombstone: string): Promise<void> {
    const values = [version, fieldOf(tombstone, FIELDS.expiresAt), fieldOf(tombstone, LOCK)];
    await this.#commands.run(SETTLE, [id], values);
  }
}

/** The version that was read, the token or nothing, and whether the write releases the lock. */
export function guardArgs({ version, lock }: WriteGuard): string[] {
  return [String(version), lock === undefined ? '' : tokenField(lock.token), lock?.release ? '1' : '0'];
}
