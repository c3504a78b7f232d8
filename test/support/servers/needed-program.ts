import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebianPackage } from './debian-package.js';

export interface NeededProgram {
  /** What it is called, in the order of preference. */
  readonly names: readonly string[];
  /** What installs it on Debian, where that is done when it is not there. */
  readonly debianPackage: string;
  /** What to do when it is not there. */
  readonly advice: string;
}

/** The path of a program that tests need. */
export async function neededProgram({ names, debianPackage, advice }: NeededProgram): Promise<string> {
  const found = findInPath(names);
  if (found !== undefined) return found;
  await installDebianPackage(debianPackage);
  const installed = findInPath(names);
  if (installed !== undefined) return installed;
  throw new Error(`These tests need ${names[0]}: ${advice}`);
}

function findInPath(names: readonly string[]): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path));
}
