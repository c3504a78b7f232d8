import type { PostgresStore } from 'nestjs-sessions/postgres';
import { sessionStoreContract } from 'nestjs-sessions/testing';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

// Made here and not in a hook: the cases wait for real time, so they run beside each other, each on a table of its own.
const database = await PostgresDatabase.create();
afterAll(() => database.drop());

let tables = 0;

describe('PostgresStore keeps the contract over a pool of its own', () => {
  const proxies = new Map<PostgresStore, FaultProxy>();
  const contract = sessionStoreContract({
    create: async () => {
      const proxy = await FaultProxy.toUrl(database.url);
      const connectionString = database.urlWith({ port: proxy.port });
      const { store } = await tryPostgres({ connectionString, createTable: true, table: `sessions_${(tables += 1)}` });
      proxies.set(store, proxy);
      return store;
    },
    destroy: async (store) => {
      await store.close();
      proxies.get(store)?.close();
    },
    breakDown: async (store) => {
      const proxy = proxies.get(store);
      await proxy?.setMode('refuse');
      proxy?.killAll();
    },
  });
  for (const { name, run } of contract) it.concurrent(name, run);
});
