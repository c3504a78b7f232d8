import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserIds } from './unprivileged-user.js';

/** A file system of its own, in memory: it can be full, or read-only, without harm to anything else. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @throws Error where this process may not mount file systems. */
  static async mount(size: string, { uid = 0, gid = 0 }: UserIds = {}): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'nestjs-sessions-disk-'));
    try {
      mount(['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
    } catch (error) {
      await rm(path, { recursive: true });
      throw new Error(
        'These tests fill a disk of their own: they need Linux and root, in a container with CAP_SYS_ADMIN, to mount a tmpfs.',
        { cause: error },
      );
    }
    await chown(path, uid, gid);
    return new SmallDisk(path);
  }

  /** Leaves no room for anything. */
  fill(): void {
    for (let size = 65_536; size > 0; size = Math.floor(size / 2)) {
      try {
        for (;;) writeFileSync(join(this.path, 'filling'), Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }

  async makeRoom(): Promise<void> {
    await rm(join(this.path, 'filling'));
  }

  setReadOnly(isReadOnly: boolean): void {
    mount(['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path]);
  }

  async dispose(): Promise<void> {
    // Whatever still has a file open keeps its own view of it, and nobody else finds it.
    execFileSync('umount', ['--lazy', this.path]);
    await rm(this.path, { recursive: true });
  }
}

function mount(args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}
