import type {
  ClosableStore,
  LeasingStore,
  PartitionedStore,
  StartableStore,
  StoreContext,
} from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import {
  absenceOf,
  entryOf,
  foundOrAbsent,
  isHeldByAnother,
  isLive,
  permits,
  recordOf,
  successorOf,
  tombstoneOf,
} from '../shared/entry.js';
import { keptHolder } from '../shared/holder.js';
import { proveLife, proveServer } from '../shared/prove-life.js';
import { randomId } from '../shared/random-id.js';
import { StoreLog } from '../shared/store-log.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { type Decide, CasEntries } from './cas-entries.js';
import { MemcachedCommands } from './connection/commands.js';
import { connectionOf, type MemcachedStoreOptions, prefixOf } from './memcached-store-options.js';
import { rotate } from './rotation.js';
import { assertFits } from './value.js';

const SILENT =
  'a connection to memcached did not answer, and a new one did, so it was replaced. Does a firewall or a load balancer drop idle ' +
  'connections?';

/**
 * Sessions in memcached, for any number of processes. It is fast, and it may forget: a server that is restarted loses all its
 * sessions, and a full one drops those that were used longest ago. Their visitors start anew.
 *
 * Record, lock and tombstone of a session are one value under one key, and each change is one compare-and-set (`cas`). So a lock
 * never outlives its session, nor a session its lock, and nothing is written for an id that does not exist. Taking over a lock
 * is a write, so the former holder's write is refused even if nobody has written data since.
 *
 * Leases and sessions expire by the clocks of the processes. Where the clocks differ by most of a lease, a lock may be taken
 * over while its holder works. Then the holder's write is refused, and no update is lost.
 *
 * It needs the package `memcached`. It cannot count its sessions, and has nothing to clean up, because the server does that.
 */
export class MemcachedStore
  extends SessionStore
  implements StartableStore, ClosableStore, LeasingStore, PartitionedStore
{
  readonly hasLeases = true;
  readonly #commands: MemcachedCommands;
  readonly #entries: CasEntries;
  #now: () => number = Date.now;
  readonly #log = new StoreLog('MemcachedStore');

  /** @throws SessionsConfigError when the options are wrong. No server is contacted yet. */
  constructor(options: MemcachedStoreOptions) {
    super();
    const now = (): number => this.#now();
    this.#commands = new MemcachedCommands(connectionOf(options));
    this.#entries = new CasEntries(this.#commands, prefixOf(options), now, this.#log);
  }

  /**
   * Tries out the life of a session on each server. An application starts without memcached, too, and serves sessions as soon as it
   * can be reached.
   *
   * @throws SessionsConfigError when a server answers, and sessions cannot live there.
   */
  async start(context: StoreContext): Promise<void> {
    this.#now = () => context.clock.now();
    this.#log.start(context);
    if (context.storeTimeout !== undefined) {
      this.#commands.answerWithin(context.storeTimeout, () => this.#log.warn('silent', SILENT));
    }
    const lives = this.#commands.servers.map((server) =>
      proveServer(
        proveLife(this, this.#now(), () => this.#idOn(server)),
        'MemcachedStore',
        this.#log,
      ),
    );
    await Promise.all(lives);
  }

  close(): Promise<void> {
    this.#commands.close();
    return Promise.resolve();
  }

  /** The server that keeps this id; that of a client of the application is not known. */
  partOf(id: string): string {
    return this.#entries.serverOf(id);
  }

  async load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    return foundOrAbsent((await this.#entries.read(id))?.entry);
  }

  async create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    assertFits(record.data);
    const entry = entryOf(record);
    return (await this.#entries.insert(id, entry)) && entry.version;
  }

  async update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    assertFits(record.data);
    const { lock } = guard;
    const decide: Decide<Answer<'update'>> = (entry) => {
      if (!permits(entry, guard)) {
        return { answer: false };
      }
      const successor = successorOf(entry, record);
      const next = lock?.release ? { ...successor, lock: undefined } : successor;
      return { next, answer: next.version };
    };
    return lock?.release === false
      ? this.#entries.changeLocked(id, decide, lock.token)
      : this.#entries.change(id, decide, lock?.token);
  }

  touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    return this.#entries.change(id, (entry) => {
      if (!isLive(entry)) {
        return { answer: false };
      }
      return expiresAt > entry.expiresAt ? { next: { ...entry, expiresAt }, answer: true } : { answer: true };
    });
  }

  delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    return this.#entries.change(id, (entry) =>
      isLive(entry) ? { next: tombstoneOf('destroyed', tombstoneUntil), answer: true } : { answer: false },
    );
  }

  async rotate(rotation: Args<'rotate'>): Promise<Answer<'rotate'>> {
    assertFits(rotation.record.data);
    return rotate(this.#entries, rotation);
  }

  tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    const decide: Decide<Answer<'tryLock'>> = (entry) => {
      if (!isLive(entry)) {
        return { answer: absenceOf(entry?.endReason) };
      }
      const now = this.#now();
      if (isHeldByAnother(entry.lock, token, now)) {
        return { answer: { status: 'held', holder: entry.lock.holder } };
      }
      const next = { ...entry, lock: { token, leaseEndsAt: now + lease, holder: keptHolder(holder) } };
      return { next, answer: { status: 'acquired', record: recordOf(entry), version: entry.version } };
    };
    return this.#entries.changeLocked(id, decide, token);
  }

  renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const decide: Decide<boolean> = (entry) => {
      if (entry?.lock?.token !== token) {
        return { answer: false };
      }
      return { next: { ...entry, lock: { ...entry.lock, leaseEndsAt: this.#now() + lease } }, answer: true };
    };
    return this.#entries.changeLocked(id, decide, token);
  }

  unlock({ id, token, expiresAt = 0 }: Args<'unlock'>): Promise<boolean> {
    const decide: Decide<boolean> = (entry) => {
      if (entry?.lock?.token !== token) {
        return { answer: false };
      }
      const next = { ...entry, expiresAt: Math.max(entry.expiresAt, expiresAt), lock: undefined };
      return { next, answer: true };
    };
    return this.#entries.change(id, decide, token);
  }

  /** Every server is the one for about as many ids as any other. */
  #idOn(server: string): string {
    let id = randomId();
    while (this.partOf(id) !== server) {
      id = randomId();
    }
    return id;
  }
}
