import type { SessionStore } from '../../../lib/stores/session-store.js';
import { spawnApp, type SpawnedApp } from './child-process.js';

type Method = 'create' | 'delete' | 'load' | 'renewLock' | 'rotate' | 'touch' | 'tryLock' | 'unlock' | 'update';

export interface StoreCall<M extends Method = Method> {
  readonly method: M;
  readonly args: Parameters<SessionStore[M]>[0];
}

export type ToWorker =
  | { readonly kind: 'call'; readonly number: number; readonly call: StoreCall }
  | { readonly kind: 'count'; readonly ids: readonly string[]; readonly lease: number }
  | { readonly kind: 'count without lock'; readonly ids: readonly string[] }
  | { readonly kind: 'rotate'; readonly id: string }
  | { readonly kind: 'halt' };

export type FromWorker =
  | { readonly kind: 'answer'; readonly number: number; readonly answer: unknown }
  | { readonly kind: 'counted' | 'refused'; readonly id: string }
  | { readonly kind: 'rotating' | 'rotated'; readonly to: string }
  | { readonly kind: 'halted' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A process of its own that works on a file store. */
export class FileStoreProcess {
  readonly told: FromWorker[] = [];
  readonly #app: SpawnedApp;
  readonly #listeners = new Set<(message: FromWorker) => void>();
  #calls = 0;

  constructor(app: SpawnedApp) {
    this.#app = app;
    app.process.on('message', (message: FromWorker) => {
      this.told.push(message);
      for (const listener of this.#listeners) listener(message);
    });
  }

  static async start(directory: string): Promise<FileStoreProcess> {
    const file = new URL('./file-store.worker.ts', import.meta.url);
    return new FileStoreProcess(await spawnApp(file, { env: { DIRECTORY: directory } }));
  }

  static startMany(count: number, directory: string): Promise<FileStoreProcess[]> {
    return Promise.all(Array.from({ length: count }, () => FileStoreProcess.start(directory)));
  }

  /** Calls the store in that process. */
  async call<M extends Method>(method: M, args: StoreCall<M>['args']): Promise<Awaited<ReturnType<SessionStore[M]>>> {
    const number = ++this.#calls;
    const answered = this.#heard((message) => message.kind === 'answer' && message.number === number);
    this.send({ kind: 'call', number, call: { method, args } });
    const message = await answered;
    return (message.kind === 'answer' ? message.answer : undefined) as Awaited<ReturnType<SessionStore[M]>>;
  }

  send(message: ToWorker): void {
    this.#app.process.send(message);
  }

  /** How often it told of a count. */
  counted(id: string): number {
    return this.told.filter((message) => message.kind === 'counted' && message.id === id).length;
  }

  /** Waits until it told of so many counts. */
  async untilCounted(count: number): Promise<void> {
    const isEnough = (): boolean => this.told.filter(({ kind }) => kind === 'counted').length >= count;
    if (!isEnough()) await this.#heard(isEnough);
  }

  /** Lets it finish what it is at. */
  async halt(): Promise<void> {
    const halted = this.#heard(({ kind }) => kind === 'halted');
    this.send({ kind: 'halt' });
    await halted;
  }

  /** What a pause of the machine, or a debugger, does to a process. */
  pause(): void {
    this.#app.process.kill('SIGSTOP');
  }

  resume(): void {
    this.#app.process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#app.process.kill('SIGKILL');
    await this.#app.exited;
  }

  #heard(isIt: (message: FromWorker) => boolean): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      const listener = (message: FromWorker): void => {
        if (message.kind === 'failed') reject(new Error(message.reason));
        else if (isIt(message)) resolve(message);
        else return;
        this.#listeners.delete(listener);
      };
      this.#listeners.add(listener);
      void this.#app.exited.then(() => reject(new Error(`the worker ended: ${this.#app.output()}`)));
    });
  }
}
