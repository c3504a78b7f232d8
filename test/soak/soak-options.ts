import { parseArgs } from 'node:util';

export type SoakStore = 'memory' | 'file' | 'postgres' | 'memcached' | 'redis';
/** Where a session begins: at the HTTP server, or where the middleware hands over to the engine. */
export type Layer = 'http' | 'engine';

export interface SoakOptions {
  readonly store: SoakStore;
  readonly layer: Layer;
  readonly sessions: number;
}

export const USAGE =
  'npm run soak -- --store memory|file|postgres|memcached|redis --sessions 1000000 [--layer http|engine]';

const STORES: readonly SoakStore[] = ['memory', 'file', 'postgres', 'memcached', 'redis'];
const LAYERS: readonly Layer[] = ['http', 'engine'];

/** @throws Error that says what is wrong. */
export function soakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'memory' },
      sessions: { type: 'string', default: '20000' },
      layer: { type: 'string', default: 'http' },
    },
  });
  const store = STORES.find((name) => name === values.store);
  if (store === undefined) throw new Error(`There is no store ${values.store}; there are ${STORES.join(', ')}.`);
  const layer = LAYERS.find((name) => name === values.layer);
  if (layer === undefined) throw new Error(`There is no layer ${values.layer}; there are ${LAYERS.join(', ')}.`);
  const sessions = Number(values.sessions);
  if (!Number.isSafeInteger(sessions) || sessions < 1) throw new Error('--sessions must be a positive integer.');
  return { store, layer, sessions };
}
