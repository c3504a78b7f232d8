import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isOneOf } from './disk.js';
import type { Owner } from './names.js';

/** A process that has ended and waits for its parent, or is being removed. It will never write again. */
const ENDED_STATES = ['Z', 'X', 'x'];

/** This process, described so that others can find it. */
export async function thisProcess(): Promise<Owner> {
  const status = await readStatus(process.pid);
  return { machine: await thisMachine(), pid: process.pid, started: status?.started ?? '' };
}

/**
 * Whether the owner of a lock has certainly ended. Of a process on another machine, or in another container, nothing is known:
 * there the lease decides.
 */
export async function hasEnded(owner: Owner, self: Owner): Promise<boolean> {
  if (owner.machine !== self.machine) {
    return false;
  }
  if (owner.pid === self.pid) {
    return owner.started !== self.started;
  }
  if (owner.started === '') {
    return !exists(owner.pid);
  }
  const status = await readStatus(owner.pid);
  return status?.started !== owner.started || ENDED_STATES.includes(status.state);
}

/** A machine from one boot to the next, and a pid namespace: each container has pids of its own. */
async function thisMachine(): Promise<string> {
  const facts = await Promise.all([
    orDefault(readFile('/proc/sys/kernel/random/boot_id', 'utf8'), hostname()),
    orDefault(readlink('/proc/self/ns/pid'), ''),
  ]);
  return createHash('sha256').update(facts.join('\n')).digest('base64url').slice(0, 8);
}

interface ProcessStatus {
  readonly state: string;
  /** In clock ticks since the boot. */
  readonly started: string;
}

/** From `/proc`; `undefined` when there is no such process, or no `/proc`. */
async function readStatus(pid: number): Promise<ProcessStatus | undefined> {
  const text = await orDefault(readFile(`/proc/${pid}/stat`, 'utf8'), '');
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', started = ''] = [fields[0], fields[19]];
  return started === '' ? undefined : { state, started };
}

/** Whether a process of that id exists, for systems without `/proc`. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isOneOf(error, 'ESRCH');
  }
}

async function orDefault<T>(work: Promise<T>, other: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // The process does not exist, or has just ended, or the system has no /proc.
    if (isOneOf(error, 'ENOENT', 'ENOTDIR', 'ESRCH')) {
      return other;
    }
    throw error;
  }
}
