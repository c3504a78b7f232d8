/** A backend of a Keyv that counts what it is asked, and can be told to fail as real ones do. */
export class CountingBackend {
  readonly values = new Map<string, string>();
  gets = 0;
  sets = 0;
  /** `emits`: an error, and answers as if all were well, as `@keyv/redis` does. `refuses`: to store. */
  fault: 'throws' | 'emits' | 'refuses' | 'hangs' | undefined;
  /** How many more writes are confirmed. Of later ones nobody learns that they were done. */
  confirms = Infinity;
  #onError: (error: Error) => void = () => {};

  on(_event: 'error', listener: (error: Error) => void): this {
    this.#onError = listener;
    return this;
  }

  async get(key: string): Promise<string | undefined> {
    this.gets += 1;
    return (await this.#fails()) ? undefined : this.values.get(key);
  }

  async set(key: string, value: string): Promise<boolean> {
    this.sets += 1;
    if (this.fault === 'refuses') return false;
    if (await this.#fails()) return true;
    this.values.set(key, value);
    this.confirms -= 1;
    if (this.confirms < 0) throw new Error('the answer was lost');
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.values.delete(key);
  }

  async clear(): Promise<void> {
    this.values.clear();
  }

  async #fails(): Promise<boolean> {
    const error = new Error('the backend is down');
    switch (this.fault) {
      case 'throws':
        throw error;
      case 'hangs':
        return new Promise(() => {});
      case 'emits':
        this.#onError(error);
        return true;
      case 'refuses':
      case undefined:
        return false;
    }
  }
}
