import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * The system calls that the store uses, each of them atomic. They are made by callback and wrapped here, because
 * `fs/promises` costs twice as much.
 */

type Callback<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

/** Does not follow a link that somebody has planted in the place of a file. */
const READ = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW;

/** How long to wait for a free file descriptor, in milliseconds. */
const MAX_WAIT = 1_500;
const LONGEST_PAUSE = 50;

/** The names in a folder; `undefined` when there is no such folder. */
export function list(folder: string): Promise<string[] | undefined> {
  return unlessMissing(call<string[]>((done) => fs.readdir(folder, done)));
}

interface DiskEntry {
  readonly name: string;
  /** `false` for a link to a folder. */
  readonly isFolder: boolean;
}

/** What is in a folder; nothing when there is no such folder. */
export async function listEntries(folder: string): Promise<DiskEntry[]> {
  const read = call<fs.Dirent[]>((done) => fs.readdir(folder, { withFileTypes: true }, done));
  const entries = (await unlessMissing(read)) ?? [];
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** The first `size` bytes of a file as text; `undefined` when there is no such file. */
export async function read(file: string, size: number): Promise<string | undefined> {
  const descriptor = await unlessMissing(call<number>((done) => fs.open(file, READ, done)));
  if (descriptor === undefined) {
    return undefined;
  }
  try {
    const buffer = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const start = filled;
      const count = await call<number>((done) => fs.read(descriptor, buffer, start, size - start, start, done));
      if (count === 0) {
        break;
      }
      filled += count;
    }
    return buffer.toString('utf8', 0, filled);
  } finally {
    await call((done) => fs.close(descriptor, done));
  }
}

/** Writes a new file, private to this user; rejects when anything is there under that name, a link included. */
export function write(file: string, content: Buffer, isFlushed: boolean): Promise<void> {
  return call((done) => fs.writeFile(file, content, { flag: 'wx', mode: 0o600, flush: isFlushed }, done));
}

/** A new empty file, as `write`. */
export async function writeEmpty(file: string): Promise<void> {
  const descriptor = await call<number>((done) => fs.open(file, 'wx', 0o600, done));
  await call((done) => fs.close(descriptor, done));
}

/** Renames a file or folder in one step; `false` when nothing has the old name. */
export async function rename(from: string, to: string): Promise<boolean> {
  return isDone(call((done) => fs.rename(from, to, done)));
}

/** `false` when there was no such file. */
export function remove(file: string): Promise<boolean> {
  return isDone(call((done) => fs.unlink(file, done)));
}

/** Creates a folder, private to this user; `false` when the folder above it does not exist. */
export function makeFolder(folder: string): Promise<boolean> {
  return isDone(call((done) => fs.mkdir(folder, 0o700, done)));
}

/** Puts a folder into its place in one step; `false` when a folder with anything in it is there. */
export async function moveFolder(from: string, to: string): Promise<boolean> {
  try {
    await call((done) => fs.rename(from, to, done));
    return true;
  } catch (error) {
    if (isOneOf(error, 'ENOTEMPTY', 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

/** Removes an empty folder; `false` when it is not empty, or does not exist. */
export async function removeFolder(folder: string): Promise<boolean> {
  try {
    await call((done) => fs.rmdir(folder, done));
    return true;
  } catch (error) {
    if (isOneOf(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

/** Removes a folder with all that is in it. */
export function removeTree(folder: string): Promise<void> {
  return call((done) => fs.rm(folder, { recursive: true, force: true }, done));
}

/** Makes the names in a folder survive a power failure. */
export async function flushFolder(folder: string): Promise<void> {
  const descriptor = await call<number>((done) => fs.open(folder, 'r', done));
  try {
    await call((done) => fs.fsync(descriptor, done));
  } finally {
    await call((done) => fs.close(descriptor, done));
  }
}

/** The status of a file, folder or link, which is not followed; `undefined` when nothing has that name. */
export function inspect(path: string): Promise<fs.Stats | undefined> {
  return unlessMissing(call<fs.Stats>((done) => fs.lstat(path, done)));
}

export function isOneOf(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

async function isDone(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

/** Runs a system call; when the process is out of file descriptors, waits a little for other requests to free some. */
async function call<T = void>(start: (done: Callback<T>) => void): Promise<T> {
  const asked = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(start);
    } catch (error) {
      if (!isOneOf(error, 'EMFILE', 'ENFILE') || performance.now() - asked > MAX_WAIT) {
        throw error;
      }
      // After a random pause: if all waiting calls tried at once, few of them would get a descriptor.
      await sleep(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt));
    }
  }
}

function once<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) {
        reject(withoutPaths(error));
      } else {
        resolve(value);
      }
    });
  });
}

/** The names of a session's files hold its id, its lock and its route: they must get neither into a log nor into a cause. */
function withoutPaths({ message, code, errno, syscall }: NodeJS.ErrnoException): Error {
  const [text = ''] = message.split(" '");
  return Object.assign(new Error(text), { code, errno, syscall });
}
