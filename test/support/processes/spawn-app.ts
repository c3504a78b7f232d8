import { fork, type ChildProcess } from 'node:child_process';
import { compiled } from './compiled.js';

/*
 * Runs a TypeScript file of the tests as a process of its own, for what only several processes can show. By hand:
 *
 *     node tools/compile.js && STORE=memory node build/compiled/test/e2e/apps/visits.app.js
 */

const START_LIMIT = 120_000;

export interface SpawnOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Milliseconds in which it must be ready. Default two minutes. */
  readonly startLimit?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedApp {
  readonly process: ChildProcess;
  /** What the file gave to `reportReady()`, usually the address that it listens on. */
  readonly ready: string;
  /** All that it has written so far, to stdout and stderr. */
  output(): string;
  /** Settles when the process is gone and its output is complete, whatever ended it. */
  readonly exited: Promise<Exit>;
}

const running = new Set<ChildProcess>();

/** SIGKILL, because a process that was stopped (SIGSTOP) answers to nothing else. */
export function killSpawned(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Starts `file` and waits until it calls `reportReady()`.
 *
 * @throws Error with the process's output, when it ends first or is not ready in time.
 */
export async function spawnApp(
  file: URL,
  { env = {}, args = [], startLimit = START_LIMIT }: SpawnOptions = {},
): Promise<SpawnedApp> {
  const child = fork(compiled(file), args, {
    env: { ...process.env, ...env },
    execArgv: ['--enable-source-maps'],
    silent: true,
  });
  running.add(child);

  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const output = (): string => chunks.join('');
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });

  return { process: child, ready: await firstMessage(child, exited, output, startLimit), output, exited };
}

async function firstMessage(
  child: ChildProcess,
  exited: Promise<Exit>,
  output: () => string,
  startLimit: number,
): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      new Promise<string>((resolve) => {
        child.on('message', (message) => {
          if (typeof message === 'string') resolve(message);
        });
      }),
      exited.then(({ code, signal }): never => {
        throw new Error(`${child.spawnfile} ended with ${String(signal ?? code)} before it was ready:\n${output()}`);
      }),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          child.kill('SIGKILL');
          reject(new Error(`${child.spawnargs.join(' ')} was not ready after ${startLimit} ms:\n${output()}`));
        }, startLimit);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
