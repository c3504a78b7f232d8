import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { dataName, nonce } from './names.js';

/** Data that are written and that no head names yet. */
export class Draft {
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
   * Puts the data under a version that nobody has seen, at each call anew: a sweep may be removing what it saw before.
   * `undefined` when the session's folder is not there any more.
   */
  async save(): Promise<string | undefined> {
    const version = nonce();
    if (!(await this.#rename(version)) && !(await this.#write(version))) return undefined;
    this.#version = version;
    return version;
  }

  /** The head names the data now. */
  publish(): void {
    this.#version = undefined;
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    if (this.#version !== undefined) await this.#folder.discard(dataName(this.#version));
    this.#version = undefined;
  }

  async #rename(version: string): Promise<boolean> {
    if (this.#version === undefined) return false;
    return disk.rename(this.#folder.file(dataName(this.#version)), this.#folder.file(dataName(version)));
  }

  async #write(version: string): Promise<boolean> {
    try {
      await disk.write(this.#folder.file(dataName(version)), this.#content, this.#folder.directory.flushesFiles);
      return true;
    } catch (error) {
      if (disk.isOneOf(error, 'ENOENT')) return false;
      // A full disk keeps the file without its content.
      await this.#folder.discard(dataName(version));
      throw error;
    }
  }
}
