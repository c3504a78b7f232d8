import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { dataName, nonce } from './names.js';

/** New data on their way to the disk: written first, and of no effect until a state file names their version. */
export class DataFile {
  readonly #folder: Folder;
  readonly #content: Buffer;
  #version: string | undefined;

  constructor(folder: Folder, data: string) {
    this.#folder = folder;
    this.#content = Buffer.from(data);
  }

  get size(): number {
    return this.#content.length;
  }

  /**
   * Puts the data under a new version, at each call another one: a sweep may be removing the file that it saw before.
   * `undefined` when the session's folder no longer exists.
   */
  async save(): Promise<string | undefined> {
    const version = nonce();
    if (!(await this.#rename(version)) && !(await this.#write(version))) {
      return undefined;
    }
    this.#version = version;
    return version;
  }

  /** A state file names the data now: `discard` keeps them. */
  commit(): void {
    this.#version = undefined;
  }

  /** Removes data that were not committed. */
  async discard(): Promise<void> {
    if (this.#version !== undefined) {
      await this.#folder.discard(dataName(this.#version));
    }
    this.#version = undefined;
  }

  async #rename(version: string): Promise<boolean> {
    if (this.#version === undefined) {
      return false;
    }
    return disk.rename(this.#folder.file(dataName(this.#version)), this.#folder.file(dataName(version)));
  }

  async #write(version: string): Promise<boolean> {
    try {
      await disk.write(this.#folder.file(dataName(version)), this.#content, this.#folder.directory.flushesFiles);
      return true;
    } catch (error) {
      if (disk.isOneOf(error, 'ENOENT')) {
        return false;
      }
      // On a full disk the file exists without its content.
      await this.#folder.discard(dataName(version));
      throw error;
    }
  }
}
