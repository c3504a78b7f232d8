import { join } from 'node:path';
import * as disk from './disk.js';
import { LONGEST_FILE_NAME, SHORTEST_NAME } from './names.js';

/**
 * Bytes of the longest name that the file system takes: 255 on most, 143 or 175 where names are encrypted.
 *
 * @throws Error when that is too little for the name of a state file.
 */
export async function longestNameIn(folder: string): Promise<number> {
  if (await takesName(folder, LONGEST_FILE_NAME)) {
    return LONGEST_FILE_NAME;
  }
  if (!(await takesName(folder, SHORTEST_NAME))) {
    throw new Error(
      `its file system does not take names of ${SHORTEST_NAME} bytes, which the store needs. Name a directory on another one.`,
    );
  }
  let [taken, refused] = [SHORTEST_NAME, LONGEST_FILE_NAME];
  while (refused - taken > 1) {
    const length = Math.floor((taken + refused) / 2);
    [taken, refused] = (await takesName(folder, length)) ? [length, refused] : [taken, length];
  }
  return taken;
}

async function takesName(folder: string, length: number): Promise<boolean> {
  const file = join(folder, 'n'.repeat(length));
  try {
    await disk.writeEmpty(file);
  } catch (error) {
    if (disk.isOneOf(error, 'ENAMETOOLONG', 'EINVAL', 'ENOENT')) {
      return false;
    }
    throw error;
  }
  await disk.remove(file);
  return true;
}
