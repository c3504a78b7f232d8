import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { neededProgram } from './needed-program.js';

const run = promisify(execFile);
const OPTIONS = ['-q', '-longnames=false', '-extpass', 'echo', '-extpass', 'password'];

/** A real file system that encrypts names, and so takes only shorter ones: gocryptfs, as for encrypted homes. */
export class EncryptedDisk {
  private constructor(
    /** Where names have 175 bytes at most. */
    readonly path: string,
    /** One within the other one, where names have 127 bytes at most. */
    readonly inner: string,
    private readonly root: string,
  ) {}

  /** @throws Error where this process may not mount file systems. */
  static async mount(): Promise<EncryptedDisk> {
    const gocryptfs = await neededProgram({
      names: ['gocryptfs'],
      debianPackage: 'gocryptfs',
      advice: 'install it (apt-get install gocryptfs) so that it is in the PATH; /dev/fuse must be there too.',
    });
    await neededProgram({
      names: ['fusermount', 'fusermount3'],
      debianPackage: 'fuse3',
      advice: 'install it (apt-get install fuse3): gocryptfs mounts with it.',
    });
    const root = await mkdtemp(join(tmpdir(), 'nestjs-sessions-encrypted-'));
    const outer = await mount(gocryptfs, join(root, 'cipher'), join(root, 'plain'));
    const inner = await mount(gocryptfs, join(outer, 'cipher'), join(root, 'inner'));
    return new EncryptedDisk(outer, inner, root);
  }

  async dispose(): Promise<void> {
    for (const path of [this.inner, this.path]) execFileSync('umount', ['--lazy', path]);
    await rm(this.root, { recursive: true });
  }
}

async function mount(gocryptfs: string, cipher: string, plain: string): Promise<string> {
  for (const path of [cipher, plain]) await mkdir(path, { mode: 0o700 });
  await run(gocryptfs, ['-init', '-scryptn', '10', ...OPTIONS, cipher]);
  await run(gocryptfs, [...OPTIONS, cipher, plain]);
  return plain;
}
