import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../session');

for (const file of await readdir(folder)) {
  await import(join(folder, file));
}
