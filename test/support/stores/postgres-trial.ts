import { SessionsConfigError, type StoreContext } from 'nestjs-sessions';
import { PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { ManualClock } from 'nestjs-sessions/testing';
import type { ContractHarness } from '../../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { PATIENCE } from './postgres-place.js';
import { trialOf } from './trial-of.js';

/** A store, started, and what a test needs to try it. */
export interface PostgresTrial {
  readonly store: PostgresStore;
  readonly trial: ContractHarness;
  readonly logger: RecordingLogger;
  /** The store's log goes by it. The database does not. */
  readonly clock: ManualClock;
}

/** `request` is what the store is told of requests. */
export async function tryPostgres(
  options: PostgresStoreOptions,
  request: Pick<StoreContext, 'storeTimeout'> = {},
): Promise<PostgresTrial> {
  const trial = tryPostgresUnstarted(options);
  await trial.store.start({ ...trial, ...request });
  return trial;
}

/** The message with which a store refuses to start. @throws Error when it starts. */
export async function refusalOf(options: PostgresStoreOptions): Promise<string> {
  try {
    await tryPostgres(options);
  } catch (error) {
    expect(error).toBeInstanceOf(SessionsConfigError);
    return (error as SessionsConfigError).message;
  }
  throw new Error('The store started');
}

/** No connection is made before it is used. */
export function tryPostgresUnstarted(options: PostgresStoreOptions): PostgresTrial {
  const store = new PostgresStore({ operationTimeout: PATIENCE, ...options });
  return {
    store,
    trial: trialOf(store),
    logger: new RecordingLogger(),
    clock: new ManualClock(Date.now()),
  };
}
