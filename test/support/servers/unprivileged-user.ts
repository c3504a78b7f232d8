import { execFileSync } from 'node:child_process';

export interface UserIds {
  readonly uid?: number;
  readonly gid?: number;
}

/** Who runs servers that refuse to be run by root: the first of these users there is. This user, when it is not root. */
export function unprivilegedUser(...names: readonly string[]): UserIds {
  if (process.getuid?.() !== 0) return {};
  for (const name of names) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      // There is no such user: the next one.
    }
  }
  throw new Error(`There is none of the users ${names.join(', ')} to run a server as, and root may not.`);
}

function idOf(option: string, name: string): number {
  return Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
