import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './child-process.js';
import { compiled } from './compiled.js';

/*
 * Runs a sample as `npm run start:...` does, in a process of its own with all that it starts, but on the library of the sources.
 */

const START_LIMIT = 60_000;
/** A sample that is ready says what to try. */
const READY = /^(Open http| +curl )/m;

export interface Sample {
  /** All that it has written so far, to stdout and stderr. */
  output(): string;
  /** Settles when the process is gone and its output is complete, whatever ended it. */
  readonly exited: Promise<Exit>;
  /** As Ctrl-C does it: the signal goes to the process and to all that it started. */
  interrupt(): Promise<Exit>;
}

const running = new Set<ChildProcess>();

// What a sample has started ends with it.
afterAll(() => {
  for (const sample of running) sample.kill('SIGKILL');
});

export function runSample(name: string, env: Readonly<Record<string, string>>): Sample {
  const sample = spawn('node', [compiled(new URL(`../../../sample/${name}/main.ts`, import.meta.url))], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a shell gives to each command.
    detached: true,
  });
  running.add(sample);

  const chunks: string[] = [];
  for (const stream of [sample.stdout, sample.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const exited = new Promise<Exit>((resolve) => {
    sample.once('close', (code, signal) => {
      running.delete(sample);
      resolve({ code, signal });
    });
  });
  return {
    output: () => chunks.join(''),
    exited,
    interrupt: () => {
      if (sample.pid !== undefined) process.kill(-sample.pid, 'SIGINT');
      return exited;
    },
  };
}

/** @throws Error with the sample's output, when it ends before it is ready, or is not ready in time. */
export async function startSample(name: string, env: Readonly<Record<string, string>>): Promise<Sample> {
  const sample = runSample(name, env);
  const hasEnded = sample.exited.then(() => true);
  for (const deadline = Date.now() + START_LIMIT; Date.now() < deadline;) {
    if (READY.test(sample.output())) return sample;
    if (await Promise.race([hasEnded, sleep(20, false)])) break;
  }
  throw new Error(`The sample ${name} is not ready; it says:\n${sample.output()}`);
}
