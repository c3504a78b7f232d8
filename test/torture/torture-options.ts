import { parseArgs } from 'node:util';
import type { StoreKind } from './place.js';

export interface TortureOptions {
  readonly store: StoreKind;
  readonly seed: number;
  readonly processes: number;
  readonly sessions: number;
  /** How long the clients are at work, in milliseconds; or until so many counts are acknowledged. */
  readonly duration: number;
  readonly increments: number;
  /** Without attacks. */
  readonly isCalm: boolean;
  /** Restarts the server, too, which then forgets its sessions. */
  readonly hasRestarts: boolean;
}

export const USAGE = `npm run torture -- --store memory|file|postgres|postgres-typeorm|memcached|three-memcached|redis|node-redis
    [--minutes 2 | --increments 100000] [--seed 1] [--processes 4] [--sessions 12] [--calm] [--restarts]`;

const STORES: readonly StoreKind[] = [
  'memory',
  'file',
  'postgres',
  'postgres-typeorm',
  'memcached',
  'three-memcached',
  'redis',
  'node-redis',
];

/** A server that is restarted has lost its sessions. */
const FORGETFUL: readonly StoreKind[] = ['memcached', 'redis', 'node-redis'];

/** @throws Error that says what is wrong. */
export function tortureOptions(args: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string', default: 'file' },
      minutes: { type: 'string', default: '2' },
      increments: { type: 'string' },
      seed: { type: 'string', default: '1' },
      processes: { type: 'string', default: '4' },
      sessions: { type: 'string', default: '12' },
      calm: { type: 'boolean', default: false },
      restarts: { type: 'boolean', default: false },
    },
  });
  const store = STORES.find((kind) => kind === values.store);
  if (store === undefined) throw new Error(`There is no store ${values.store}; there are ${STORES.join(', ')}.`);
  if (values.restarts && !FORGETFUL.includes(store)) throw new Error(`--restarts is for ${FORGETFUL.join(', ')}.`);
  return {
    store,
    seed: positive('seed', values.seed),
    processes: store === 'memory' ? 1 : positive('processes', values.processes),
    sessions: positive('sessions', values.sessions),
    duration: values.increments === undefined ? positive('minutes', values.minutes) * 60_000 : Infinity,
    increments: values.increments === undefined ? Infinity : positive('increments', values.increments),
    isCalm: values.calm,
    hasRestarts: values.restarts,
  };
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (number > 0) return number;
  throw new Error(`--${name} must be a positive number, and is ${value}.`);
}
