import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { installDebianPackage } from '../servers/debian-package.js';
import { temporaryDirectory } from './temporary-directory.js';

const LIBRARIES = '/usr/lib';

/** The wall clock of one process, which can be made to jump; what measures durations goes on as it should. */
export class FakeTime {
  private constructor(
    private readonly file: string,
    private readonly library: string,
  ) {}

  static async prepare(): Promise<FakeTime> {
    let library = findLibrary();
    if (library === undefined) {
      await installDebianPackage('faketime');
      library = findLibrary();
    }
    if (library === undefined) {
      throw new Error('These tests need libfaketime: install it (apt-get install faketime).');
    }
    const time = new FakeTime(await temporaryDirectory(), library);
    await time.jump('+0');
    return time;
  }

  /** For the process whose clock it is. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** By how far it is wrong from now on, such as `+1h`. */
  jump(offset: string): Promise<void> {
    return writeFile(this.file, offset);
  }
}

function findLibrary(): string | undefined {
  if (!existsSync(LIBRARIES)) return undefined;
  return readdirSync(LIBRARIES)
    .map((architecture) => `${LIBRARIES}/${architecture}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path));
}
