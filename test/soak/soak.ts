import 'reflect-metadata';
import { runToVerdict } from '../support/processes/run-to-verdict.js';
import { clearTimers, leaks, noLeak } from './leaks.js';
import { soakOptions, USAGE, type SoakOptions } from './soak-options.js';
import { soak } from './soak-run.js';

/*
 * A great many short sessions in an application of this process; then its memory, locks, timers, handles, files and rows have to
 * be what they were. Ends with 1 when they are not, or when a leak that was made on purpose is not found.
 */

/** A leak is found among so many sessions. */
const CONTROL_SESSIONS = 12_000;

async function main(): Promise<boolean> {
  const options = soakOptions(process.argv.slice(2));
  const isFlawless = await soakForReal(options);
  let areLeaksFound = true;
  // These clean up by themselves, which cannot be left out.
  const isCleaned = ['memcached', 'redis'].includes(options.store);
  const possible = leaks.filter(({ forgetsCleanUp }) => !isCleaned || forgetsCleanUp !== true);
  for (const leak of possible) areLeaksFound = (await soakWith(leak, options)) && areLeaksFound;
  return isFlawless && areLeaksFound;
}

async function soakForReal({ store, layer, sessions }: SoakOptions): Promise<boolean> {
  const where = layer === 'http' ? 'over HTTP' : 'at the engine, without HTTP';
  console.log(`soak of ${store}: ${sessions} sessions of 4 or 5 requests, ${where}`);
  const { grown, sessionsPerSecond } = await soak({ store, layer, sessions, leak: noLeak }, console.log);
  for (const [part, evidence] of grown) console.log(`  ${part} has grown: ${evidence}`);
  if (grown.size === 0) console.log('  everything is as it was');
  console.log(`  for information: ${Math.round(sessionsPerSecond)} sessions/s`);
  return grown.size === 0;
}

async function soakWith(leak: (typeof leaks)[number], { store, layer, sessions }: SoakOptions): Promise<boolean> {
  console.log(`control: ${leak.name}`);
  const few = Math.min(CONTROL_SESSIONS, sessions);
  const { grown } = await soak({ store, layer, sessions: few, leak }, console.log);
  clearTimers();
  const isFound = grown.has(leak.shownBy);
  console.log(isFound ? `  ${leak.shownBy} has grown` : `  ${leak.shownBy} has not grown: the soak finds no leaks`);
  return isFound;
}

runToVerdict(main, USAGE);
