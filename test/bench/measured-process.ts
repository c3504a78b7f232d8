import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { root } from './root.js';

/** A process of the benchmark that answers one message at a time. It ends when the benchmark ends. */
export class MeasuredProcess {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk;
      });
    }
  }

  /** Gives the process with its first message. */
  static async start<Ready>(file: URL, env: Readonly<Record<string, string>>): Promise<[MeasuredProcess, Ready]> {
    const child = fork(file, {
      cwd: root,
      env: { ...process.env, ...env, NODE_ENV: 'production' },
      silent: true,
    });
    const started = new MeasuredProcess(child);
    return [started, await started.#message<Ready>()];
  }

  async ask<Answer>(message: object): Promise<Answer> {
    const answer = this.#message<Answer>();
    this.child.send(message);
    return answer;
  }

  /** Expects no answer. */
  tell(message: string): void {
    this.child.send(message);
  }

  async end(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }

  #message<Message>(): Promise<Message> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        this.child.off('close', onClose);
        resolve(message as Message);
      };
      const onClose = (): void => {
        this.child.off('message', onMessage);
        reject(new Error(`${this.child.spawnargs.join(' ')} ended:\n${this.#output}`));
      };
      this.child.once('message', onMessage).once('close', onClose);
    });
  }
}
