import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { hasEnded, thisProcess } from '../../lib/stores/file/owner.js';
import type { Owner } from '../../lib/stores/file/names.js';

/* Whose lock may be taken before its lease has run out. */

let self: Owner;

beforeAll(async () => {
  self = await thisProcess();
});

describe('the owner of a lock', () => {
  it('is found to run while it runs, and to have ended once it has', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const other: Owner = { ...self, pid: child.pid!, started: await startOf(child.pid!) };
    expect(await hasEnded(other, self)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await hasEnded(other, self)).toBe(true);
  });

  it('has ended when its pid is that of a younger process', async () => {
    expect(await hasEnded({ ...self, pid: process.ppid, started: '1' }, self)).toBe(process.ppid !== 1);
    expect(await hasEnded({ ...self, started: 'before' }, self)).toBe(true);
  });

  it('is this process', async () => {
    expect(await hasEnded(self, self)).toBe(false);
    expect(self.pid).toBe(process.pid);
    expect(await thisProcess()).toEqual(self);
  });

  it('is not judged when it runs in another container or on another machine: its lease decides', async () => {
    expect(await hasEnded({ machine: 'another', pid: 999_999_999, started: '1' }, self)).toBe(false);
  });

  it('is judged by its pid alone where the system does not tell when it started', async () => {
    expect(await hasEnded({ ...self, pid: process.ppid, started: '' }, self)).toBe(false);
    expect(await hasEnded({ ...self, pid: 999_999_999, started: '' }, self)).toBe(true);
  });
});

/** As the store finds it out, for a process that is not this one: `started` is its field 22. */
async function startOf(pid: number): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
