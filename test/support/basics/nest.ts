import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(resolve('@nestjs/core/package.json'), 'utf8')) as { version: string };

/** The major version of Nest that this run is on: some of what handlers can do came with 12. */
export const NEST = Number.parseInt(version);
