import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { UserIds } from '../servers/unprivileged-user.js';

/**
 * Cleans up after this process, also when that is killed: a shell whose standard input ends with it. Being of a session of its
 * own it does not hear of Ctrl-C, and neither does what it starts.
 */
export class Keeper {
  readonly #shell: ChildProcess;

  /** `start` is run at once, `end` when this process ends or `dispose()` is called; `args` are theirs, from `$0` on. */
  constructor(start: string, end: string, args: readonly string[], user: UserIds) {
    this.#shell = spawn('sh', ['-c', `${start}\ncat > /dev/null\n${end}`, ...args], {
      ...user,
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.unref();
  }

  async dispose(): Promise<void> {
    const gone = once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    await gone;
  }
}
