import type { SessionRecord, WriteGuard } from '../../interfaces/session-record.interface.js';
import type {
  CountableStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import { absenceOf, isHeldByAnother, movesLock } from '../shared/entry.js';
import { keptHolder } from '../shared/holder.js';
import { proveLife } from '../shared/prove-life.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { createFolder } from './create-folder.js';
import { DataFile } from './data-file.js';
import { Directory } from './directory.js';
import { type FileStoreOptions, resolveFileStoreOptions } from './file-store-options.js';
import { Folder } from './folder.js';
import {
  dataName,
  hashToken,
  type StateName,
  formatStateName,
  isSession,
  nonce,
  type Owner,
  unlocked,
} from './names.js';
import { hasEnded, thisProcess } from './owner.js';
import { rotate } from './rotation.js';
import { countSessions, sweepSessions } from './sweep.js';

export type { FileStoreFsync, FileStoreOptions } from './file-store-options.js';

/**
 * Sessions in files, for any number of processes on one machine. Not for network file systems.
 *
 * The lock of a process that has ended is free at once. That of a process in another container is free when its lease ends.
 */
export class FileStore extends SessionStore implements StartableStore, CountableStore, SweepableStore {
  readonly #options: Required<FileStoreOptions>;
  #opened: { readonly directory: Directory; readonly self: Owner } | undefined;

  /** @throws SessionsConfigError when an option is wrong. */
  constructor(options: FileStoreOptions) {
    super();
    this.#options = resolveFileStoreOptions(options);
  }

  /** @throws SessionsConfigError when sessions cannot be kept in the directory, or not safely. */
  async start(context: StoreContext): Promise<void> {
    const self = await thisProcess();
    const directory = await Directory.open(this.#options, context);
    await directory.prove((trial) => {
      // A store of its own: another application may be serving sessions of this one.
      const probe = new FileStore(this.#options);
      probe.#opened = { directory: trial, self };
      return proveLife(probe, context.clock.now());
    });
    this.#opened = { directory, self };
  }

  async load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    const folder = this.#folder(id);
    return folder.retry(async (content) => {
      if (content.status !== 'live') {
        return absenceOf(content.endReason);
      }
      const { state } = content;
      const record = await readRecord(folder, state);
      return record && { status: 'found', record, version: state.version };
    });
  }

  async create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    const { data, createdAt, expiresAt } = record;
    const content = Buffer.from(data);
    const state: StateName = { serial: 0, version: nonce(), size: content.length, createdAt, expiresAt };
    const files = [{ name: dataName(state.version), content }, { name: formatStateName(state) }];
    return (await createFolder(this.#folder(id), files)) ? state.version : false;
  }

  async update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    const folder = this.#folder(id);
    const dataFile = new DataFile(folder, record.data);
    try {
      return await folder.retry(async ({ status, state }) => {
        if (status !== 'live' || !permits(guard, state)) {
          return false;
        }
        const version = await dataFile.save();
        if (version === undefined) {
          return undefined;
        }
        const next: StateName = {
          ...(guard.lock?.release ? unlocked(state) : state),
          version,
          size: dataFile.size,
          createdAt: record.createdAt,
          expiresAt: Math.max(state.expiresAt, record.expiresAt),
        };
        if (!(await folder.change(state, next))) {
          return undefined;
        }
        dataFile.commit();
        await folder.directory.flushFolders(folder.path);
        await folder.discard(dataName(state.version));
        return version;
      });
    } finally {
      await dataFile.discard();
    }
  }

  async touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    const folder = this.#folder(id);
    return folder.retry(async ({ status, state }) => {
      if (status !== 'live') {
        return false;
      }
      if (expiresAt <= state.expiresAt) {
        return true;
      }
      return (await folder.change(state, { ...state, expiresAt })) ? true : undefined;
    });
  }

  async delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    const folder = this.#folder(id);
    return folder.retry(async ({ status, state }) => {
      if (status !== 'live') {
        return false;
      }
      if (!(await folder.bury(state, tombstoneUntil))) {
        return undefined;
      }
      await folder.directory.flushFolders(folder.path);
      await folder.discard(dataName(state.version));
      return true;
    });
  }

  async rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<Answer<'rotate'>> {
    return rotate({
      from: this.#folder(from),
      to: this.#folder(to),
      record,
      tombstoneUntil,
      keepsLock: movesLock(guard),
      permits: (state) => permits(guard, state),
    });
  }

  async tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    const folder = this.#folder(id);
    const { directory, self } = this.#open();
    const hash = hashToken(token);
    return folder.retry(async (content) => {
      if (content.status !== 'live') {
        return absenceOf(content.endReason);
      }
      const { state } = content;
      if (isHeldByAnother(state.lock, hash, directory.now()) && !(await hasEnded(state.lock.owner, self))) {
        return { status: 'held', holder: state.lock.holder };
      }
      const lock = {
        token: hash,
        leaseEndsAt: directory.now() + lease,
        owner: self,
        holder: keptHolder(holder),
      };
      if (!(await folder.change(state, { ...state, lock }))) {
        return undefined;
      }
      const record = await readRecord(folder, state);
      return record && { status: 'acquired', record, version: state.version };
    });
  }

  async renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const folder = this.#folder(id);
    const hash = hashToken(token);
    return folder.retry(async ({ status, state }) => {
      if (status !== 'live' || state.lock?.token !== hash) {
        return false;
      }
      const lock = { ...state.lock, leaseEndsAt: folder.directory.now() + lease };
      return (await folder.change(state, { ...state, lock })) ? true : undefined;
    });
  }

  async unlock({ id, token, expiresAt = 0 }: Args<'unlock'>): Promise<boolean> {
    const folder = this.#folder(id);
    const hash = hashToken(token);
    return folder.retry(async ({ status, state }) => {
      if (status !== 'live' || state.lock?.token !== hash) {
        return false;
      }
      const next = { ...unlocked(state), expiresAt: Math.max(state.expiresAt, expiresAt) };
      return (await folder.change(state, next)) ? true : undefined;
    });
  }

  /** Reads every session: for statistics, not for each request. */
  async count(): Promise<number> {
    return countSessions(this.#open().directory);
  }

  sweep(options: SweepOptions): AsyncGenerator<SweepBatch> {
    return sweepSessions(this.#open().directory, options);
  }

  #folder(id: string): Folder {
    const { directory } = this.#open();
    // The engine hashes ids, so that they are no paths. A caller without the engine has to do so too.
    if (!isSession(id)) {
      throw new Error('FileStore: an id must be the hash of a session id, in base64url.');
    }
    return new Folder(directory, id);
  }

  #open(): { readonly directory: Directory; readonly self: Owner } {
    if (!this.#opened) {
      throw new Error('FileStore: start() has not been called.');
    }
    return this.#opened;
  }
}

/** Whether the state is still the one that the writer read. */
function permits({ version, lock }: WriteGuard, state: StateName): boolean {
  return state.version === version && (!lock || state.lock?.token === hashToken(lock.token));
}

/** `undefined` when the session has another state by now. */
async function readRecord(folder: Folder, state: StateName): Promise<SessionRecord | undefined> {
  const data = await folder.readData(state);
  return data === undefined ? undefined : { data, createdAt: state.createdAt, expiresAt: state.expiresAt };
}
