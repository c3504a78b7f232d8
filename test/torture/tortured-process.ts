import { setTimeout as sleep } from 'node:timers/promises';
import { spawnApp, type SpawnedApp } from '../support/processes/spawn-app.js';
import { LEAVE_TRANSACTIONS, type StoreSpec } from './tortured-store.js';

/** Everything else runs meanwhile, on the same processors. */
const START_LIMIT = 120_000;
const FILE = new URL('./tortured-process.app.ts', import.meta.url);

/** One process of the application. At an address that changes when it was killed. */
export class TorturedProcess {
  #app: SpawnedApp;
  #attack: Promise<void> | undefined;
  #isDown = false;

  private constructor(
    app: SpawnedApp,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.#app = app;
  }

  static async start(spec: StoreSpec, upserts: boolean): Promise<TorturedProcess> {
    const env = { STORE: JSON.stringify(spec), UPSERTS: upserts ? 'yes' : 'no', NODE_ENV: 'test' };
    return new TorturedProcess(await spawnApp(FILE, { env, startLimit: START_LIMIT }), env);
  }

  get url(): string {
    return this.#app.ready;
  }

  /** Whether it is being killed or is asleep. */
  get isUnderAttack(): boolean {
    return this.#attack !== undefined;
  }

  /** Whether it was killed and is not there again: what stands before an application sends nobody there. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Kills it and starts another in its place. */
  killAndReplace(): void {
    this.#attackWith(async () => {
      const killed = this.kill();
      this.#isDown = true;
      await killed;
      this.#app = await spawnApp(FILE, { env: this.env, startLimit: START_LIMIT });
      this.#isDown = false;
    });
  }

  /** Stops it in whatever it does, and lets it go on. */
  sleep(milliseconds: number): void {
    this.#attackWith(async () => {
      this.#app.process.kill('SIGSTOP');
      await sleep(milliseconds);
      this.#app.process.kill('SIGCONT');
    });
  }

  /** Leaves transactions on connections of its pool, of which some have failed. */
  leaveTransactions(): void {
    if (!this.#isDown) this.#app.process.kill(LEAVE_TRANSACTIONS);
  }

  /** Settles when it works again. @throws Error when it could not be started again. */
  async recovered(): Promise<void> {
    await this.#attack;
  }

  async kill(): Promise<void> {
    this.#app.process.kill('SIGKILL');
    await this.#app.exited;
  }

  #attackWith(attack: () => Promise<void>): void {
    this.#attack = attack().then(() => {
      this.#attack = undefined;
    });
    // It is heard by whoever waits for the recovery.
    this.#attack.catch(() => undefined);
  }
}
