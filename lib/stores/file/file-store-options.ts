import { resolve } from 'node:path';
import { SessionsConfigError } from '../../errors/sessions-config.error.js';
import { display, oneOf } from '../../options/validate.js';
import { checkOptions } from '../shared/store-options.js';

/** What survives a power failure. */
export type FileStoreFsync = 'none' | 'file' | 'full';

/** What a `FileStore` is made with. A wrong one is a `SessionsConfigError`. */
export interface FileStoreOptions {
  /**
   * Where the sessions are kept: a directory of its own on a local disk, for this user alone (mode 700). It is created where
   * there is none. All processes of one machine may share it.
   */
  directory: string;
  /**
   * What is flushed to the disk before a write is acknowledged. Default `'none'`: an acknowledged write survives `kill -9` and any
   * crash of the application, but the last seconds may be lost when the machine loses power. `'file'`: after such a loss every
   * session is still one that was written, though perhaps not the last one. `'full'`: no acknowledged write is lost.
   */
  fsync?: FileStoreFsync;
}

const FSYNC_MODES: readonly FileStoreFsync[] = ['none', 'file', 'full'];

/** @throws SessionsConfigError when an option is wrong. */
export function resolveFileStoreOptions(options: FileStoreOptions): Required<FileStoreOptions> {
  checkOptions('FileStore', options, { directory: "'./var/sessions'", fsync: "'none'" });
  const { directory } = options;
  if (typeof directory !== 'string' || directory === '') {
    throw new SessionsConfigError(
      `FileStore: directory must be a path, for example './var/sessions'; it is ${display(directory)}`,
    );
  }
  return { directory: resolve(directory), fsync: oneOf('FileStore: fsync', options.fsync, 'none', FSYNC_MODES) };
}
