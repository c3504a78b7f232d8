import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore } from 'nestjs-sessions';
import { expectHealing, type Fault, outage } from '../../support/http/healing.js';
import { unprivilegedUser } from '../../support/servers/unprivileged-user.js';
import { SmallDisk } from '../../support/servers/small-disk.js';

interface Place {
  readonly disk: SmallDisk;
  readonly directory: string;
}

const faults: readonly Fault<Place>[] = [
  {
    name: 'the disk is full for a second',
    inject: async ({ disk }) => {
      disk.fill();
      await outage();
      await disk.makeRoom();
    },
    says: /no space left/,
  },
  {
    name: 'the disk is read-only for a second',
    inject: async ({ disk }) => {
      disk.setReadOnly(true);
      await outage();
      disk.setReadOnly(false);
    },
    says: /read-only file system/,
  },
  {
    name: 'the directory is moved away, and back a second later',
    inject: async ({ directory }) => {
      await rename(directory, `${directory}-away`);
      await outage();
      await rename(`${directory}-away`, directory);
    },
    says: /is not the directory that was opened at start-up/,
  },
  {
    name: 'the directory is moved away, and another one stands there for a second',
    inject: async ({ directory }) => {
      await rename(directory, `${directory}-away`);
      await mkdir(directory, { mode: 0o700 });
      await outage();
      await rm(directory, { recursive: true });
      await rename(`${directory}-away`, directory);
    },
    says: /is not the directory that was opened at start-up/,
  },
  {
    name: 'the directory is moved away, and a link to another one stands there for a second',
    inject: async ({ directory }) => {
      await rename(directory, `${directory}-away`);
      await mkdir(`${directory}-other`, { mode: 0o700 });
      await symlink(`${directory}-other`, directory);
      await outage();
      await rm(directory);
      await rename(`${directory}-away`, directory);
    },
    says: /is not the directory that was opened at start-up/,
  },
  {
    name: 'the directory is moved, and a link leads to it from then on',
    inject: async ({ directory }) => {
      await rename(directory, `${directory}-moved`);
      await symlink(`${directory}-moved`, directory);
    },
  },
  {
    name: 'the process may not enter the directory for a second',
    inject: async () => {
      const { uid, gid } = unprivilegedUser('nobody');
      if (uid === undefined || gid === undefined)
        throw new Error('This test needs root, who can become somebody else.');
      process.setegid?.(gid);
      process.seteuid?.(uid);
      await outage();
      process.seteuid?.(0);
      process.setegid?.(0);
    },
    says: /permission denied/,
  },
];

describe('Sessions in files heal', () => {
  it.each(faults)('when $name', async (fault) => {
    const disk = await SmallDisk.mount('1m');
    const directory = join(disk.path, 'sessions');
    try {
      await expectHealing(new FileStore({ directory }), { ...fault, inject: () => fault.inject({ disk, directory }) });
    } finally {
      await disk.dispose();
    }
  });
});
