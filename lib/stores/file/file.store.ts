import type {
  Acquired,
  Found,
  Gone,
  Held,
  Missing,
  SessionRecord,
  SessionVersion,
  WriteGuard,
} from '../../interfaces/session-record.interface.js';
import type {
  CountableStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from '../../interfaces/store-abilities.interface.js';
import { Directory } from './directory.js';
import { Draft } from './data-file.js';
import { type Content, Folder } from './folder.js';
import {
  dataName,
  hashToken,
  type Head,
  type HeadLock,
  headName,
  isSession,
  nonce,
  type Owner,
  unlocked,
} from './names.js';
import { type FileStoreOptions, resolveFileStoreOptions } from './file-store-options.js';
import { hasEnded, thisProcess } from './owner.js';
import { publish } from './create-folder.js';
import { rotate } from './rotation.js';
import { countSessions, sweepSessions } from './sweep.js';
import { SessionStore } from '../session-store.js';

export type { FileStoreFsync, FileStoreOptions } from './file-store-options.js';

type UpdateArgs = Parameters<SessionStore['update']>[0];
type RotateArgs = Parameters<SessionStore['rotate']>[0];
type TryLockArgs = Parameters<SessionStore['tryLock']>[0];

/**
 * Sessions in files, for any number of processes on one machine. Not for network file systems.
 *
 * The lock of a process that has ended is free at once, that of one in another container when its lease has run out.
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
    const directory = await Directory.open(this.#options, context);
    this.#opened = { directory, self: await thisProcess() };
  }

  async load({ id }: { id: string }): Promise<Found | Missing | Gone> {
    const folder = this.#folder(id);
    return folder.settle(async (content) => {
      if (content.status !== 'live') return absenceOf(content);
      const { head } = content;
      const record = await recordOf(folder, head);
      return record && { status: 'found', record, version: head.version };
    });
  }

  async create({ id, record }: { id: string; record: SessionRecord }): Promise<SessionVersion | false> {
    const { data, createdAt, expiresAt } = record;
    const content = Buffer.from(data);
    const head: Head = { serial: 0, version: nonce(), size: content.length, createdAt, expiresAt };
    const files = [{ name: dataName(head.version), content }, { name: headName(head) }];
    return (await publish(this.#folder(id), files)) ? head.version : false;
  }

  async update({ id, record, guard }: UpdateArgs): Promise<SessionVersion | false> {
    const folder = this.#folder(id);
    const draft = new Draft(folder, record.data);
    try {
      return await folder.settle(async ({ status, head }) => {
        if (status !== 'live' || !permits(guard, head)) return false;
        const version = await draft.save();
        if (version === undefined) return undefined;
        const next: Head = {
          ...(guard.lock?.release ? unlocked(head) : head),
          version,
          size: draft.size,
          createdAt: record.createdAt,
          expiresAt: Math.max(head.expiresAt, record.expiresAt),
        };
        if (!(await folder.change(head, next))) return undefined;
        draft.publish();
        await folder.directory.flushFolders(folder.path);
        await folder.discard(dataName(head.version));
        return version;
      });
    } finally {
      await draft.discard();
    }
  }

  async touch({ id, expiresAt }: { id: string; expiresAt: number }): Promise<boolean> {
    const folder = this.#folder(id);
    return folder.settle(async ({ status, head }) => {
      if (status !== 'live') return false;
      if (expiresAt <= head.expiresAt) return true;
      return (await folder.change(head, { ...head, expiresAt })) ? true : undefined;
    });
  }

  async delete({ id, tombstoneUntil }: { id: string; tombstoneUntil: number }): Promise<boolean> {
    const folder = this.#folder(id);
    return folder.settle(async ({ status, head }) => {
      if (status !== 'live') return false;
      if (!(await folder.bury(head, tombstoneUntil))) return undefined;
      await folder.directory.flushFolders(folder.path);
      await folder.discard(dataName(head.version));
      return true;
    });
  }

  async rotate({ from, to, record, guard, tombstoneUntil }: RotateArgs): Promise<SessionVersion | false> {
    return rotate({
      from: this.#folder(from),
      to: this.#folder(to),
      record,
      tombstoneUntil,
      // Only the lock of the one who rotates goes along: another holder does not know the new id, and could not free it.
      keepsLock: guard.lock?.release === false,
      permits: (head) => permits(guard, head),
    });
  }

  async tryLock({ id, token, lease, holder }: TryLockArgs): Promise<Acquired | Held | Missing | Gone> {
    const folder = this.#folder(id);
    const { directory, self } = this.#open();
    const hash = hashToken(token);
    return folder.settle(async (content) => {
      if (content.status !== 'live') return absenceOf(content);
      const { head } = content;
      if (head.lock && head.lock.token !== hash && (await isHeld(head.lock, directory.now(), self))) {
        return { status: 'held', holder: head.lock.holder };
      }
      const lock = { token: hash, leaseEndsAt: Math.ceil(directory.now() + lease), owner: self, holder };
      if (!(await folder.change(head, { ...head, lock }))) return undefined;
      const record = await recordOf(folder, head);
      return record && { status: 'acquired', record, version: head.version };
    });
  }

  async renewLock({ id, token, lease }: { id: string; token: string; lease: number }): Promise<boolean> {
    const folder = this.#folder(id);
    const hash = hashToken(token);
    return folder.settle(async ({ status, head }) => {
      if (status !== 'live' || head.lock?.token !== hash) return false;
      const lock = { ...head.lock, leaseEndsAt: Math.ceil(folder.directory.now() + lease) };
      return (await folder.change(head, { ...head, lock })) ? true : undefined;
    });
  }

  async unlock({ id, token, expiresAt = 0 }: { id: string; token: string; expiresAt?: number }): Promise<boolean> {
    const folder = this.#folder(id);
    const hash = hashToken(token);
    return folder.settle(async ({ status, head }) => {
      if (status !== 'live' || head.lock?.token !== hash) return false;
      const next = { ...unlocked(head), expiresAt: Math.max(head.expiresAt, expiresAt) };
      return (await folder.change(head, next)) ? true : undefined;
    });
  }

  /** Looks at every session: for statistics, not for each request. */
  async count(): Promise<number> {
    return countSessions(this.#open().directory);
  }

  sweep(options: SweepOptions): AsyncGenerator<SweepBatch> {
    return sweepSessions(this.#open().directory, options);
  }

  #folder(id: string): Folder {
    const { directory } = this.#open();
    // The engine hashes ids, so that they are no paths. Whoever calls the store without the engine is held to it.
    if (!isSession(id)) throw new Error('FileStore: an id must be the hash of a session id, in base64url.');
    return new Folder(directory, id);
  }

  #open(): { readonly directory: Directory; readonly self: Owner } {
    if (!this.#opened) throw new Error('FileStore: start() has not been called.');
    return this.#opened;
  }
}

function absenceOf(content: Exclude<Content, { readonly status: 'live' }>): Missing | Gone {
  return content.status === 'gone' ? { status: 'gone', because: content.because } : { status: 'missing' };
}

/** Whether what the writer read still holds. */
function permits({ version, lock }: WriteGuard, head: Head): boolean {
  return head.version === version && (!lock || head.lock?.token === hashToken(lock.token));
}

async function isHeld({ leaseEndsAt, owner }: HeadLock, now: number, self: Owner): Promise<boolean> {
  return now < leaseEndsAt && !(await hasEnded(owner, self));
}

/** `undefined` when the session has another state by now. */
async function recordOf(folder: Folder, head: Head): Promise<SessionRecord | undefined> {
  const data = await folder.read(head);
  return data === undefined ? undefined : { data, createdAt: head.createdAt, expiresAt: head.expiresAt };
}
