import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { PostgresStore } from 'nestjs-sessions/postgres';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { sweep } from '../support/stores/file-trial.js';
import { often } from '../support/models/long-form.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

const HOUR = 3_600_000;
const GROUP = 100;
const LANES = 2;

/** So many are renewed just in time. */
const RENEWALS = often(300);

const database = await PostgresDatabase.create();
const closing: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of closing) await close();
  await database.drop();
});

async function startStore(): Promise<PostgresStore> {
  const { store } = await tryPostgres({ connectionString: database.url, createTable: true, operationTimeout: 20_000 });
  closing.push(() => store.close());
  return store;
}

/** The longer a renewal is under way, the more often a clean-up finds it half-done. */
async function slowRenewalsDown(): Promise<void> {
  await database.query(`
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$`);
  await database.query(
    'CREATE TRIGGER slow BEFORE UPDATE ON nestjs_sessions FOR EACH ROW EXECUTE FUNCTION take_time()',
  );
}

describe('Sessions in PostgreSQL that are renewed at the moment at which they expire', () => {
  it(
    'are kept, while the clean-up runs over and over',
    async () => {
      const store = await startStore();
      // As in another process: it waits for no renewal.
      const sweeper = await startStore();
      await slowRenewalsDown();
      const over = new AbortController();
      const sweeping = sweepUntil(over.signal, sweeper);
      const tallies = await Promise.all(Array.from({ length: LANES }, () => renewals(store, RENEWALS / LANES))).finally(
        () => over.abort(),
      );
      await sweeping;

      const total = (name: keyof Tally): number => tallies.reduce((sum, tally) => sum + tally[name], 0);
      // Some just in time, and some too late: so it was the moment at which they expire.
      expect(total('renewed')).toBeGreaterThanOrEqual(RENEWALS);
      expect(total('expired')).toBeGreaterThan(0);
      expect(total('lost')).toBe(0);
    },
    often(120_000),
  );
});

async function sweepUntil(over: AbortSignal, store: PostgresStore): Promise<void> {
  while (!over.aborted) {
    await sweep(store);
    await nextTurn();
  }
}

interface Tally {
  renewed: number;
  expired: number;
  /** Of those that were renewed. */
  lost: number;
}

/** Groups of sessions, one after the other, that are all renewed at once, some just before they expire and some too late. */
async function renewals(store: SessionStore, times: number): Promise<Tally> {
  const tally: Tally = { renewed: 0, expired: 0, lost: 0 };
  let [life, lead] = [40, 5];
  while (tally.renewed < times || tally.expired === 0) {
    const createdAt = Date.now();
    const expiresAt = createdAt + life;
    const ids = Array.from({ length: GROUP }, () => randomBytes(32).toString('base64url'));
    await Promise.all(ids.map((id) => store.create({ id, record: { data: '{}', createdAt, expiresAt } })));
    const left = expiresAt - Date.now() - lead;
    await sleep(left);
    const answers = await Promise.all(ids.map((id) => store.touch({ id, expiresAt: expiresAt + HOUR })));
    const renewed = ids.filter((_, index) => answers[index]);
    tally.renewed += renewed.length;
    tally.expired += GROUP - renewed.length;
    tally.lost += await lostOf(renewed, store);
    // How long all that takes differs from store to store, and with what else the machine does.
    if (left < 0) life *= 2;
    else if (renewed.length === 0) lead = 2 * lead + 1;
    else if (renewed.length === GROUP) lead = Math.floor(0.8 * lead);
  }
  return tally;
}

/** How many are not there; and makes room, so that the clean-up comes by often. */
async function lostOf(ids: readonly string[], store: SessionStore): Promise<number> {
  // A clean-up that has seen them expired needs a moment to remove them.
  await sleep(5);
  const answers = await Promise.all(
    ids.map(async (id) => {
      const { status } = await store.load({ id });
      await store.delete({ id, tombstoneUntil: Date.now() });
      return status;
    }),
  );
  return answers.filter((status) => status !== 'found').length;
}
