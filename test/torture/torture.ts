import 'reflect-metadata';
import { runToVerdict } from '../support/processes/run-to-verdict.js';
import { killSpawned } from '../support/processes/spawn-app.js';
import { Adversary } from './adversary.js';
import { controls, runControl } from './controls.js';
import { preparePlace } from './places.js';
import { describeControl, describeRun, describeViolations } from './report.js';
import { tortureOptions, USAGE, type TortureOptions } from './torture-options.js';
import { TortureRun } from './torture-run.js';
import type { Violation } from './violation.js';

/*
 * Several processes of an application, clients that count, write, log in and out, and an adversary who kills, stops and cuts
 * off; then everything that was acknowledged has to be there. Ends with 1 when it is not, or when a control loses nothing.
 */

process.on('exit', killSpawned);

async function main(): Promise<boolean> {
  const options = tortureOptions(process.argv.slice(2));
  const violations = await torture(options);
  console.log(describeViolations(violations));
  return violations.length === 0;
}

async function torture(options: TortureOptions): Promise<Violation[]> {
  const { store, seed, sessions, processes, duration, increments, isCalm, hasRestarts } = options;
  const place = await preparePlace(store, processes);
  try {
    const attacks = isCalm ? [] : Adversary.kindsFor(place, hasRestarts);
    const run = await TortureRun.start(place, { seed, sessions, route: 'counts', upserts: false, attacks });
    const start = performance.now();
    await run.work((history) => performance.now() - start > duration || history.acknowledgedCounts >= increments);
    console.log(describeRun(options, run, performance.now() - start));
    const violations = await run.examine();
    // The tombstones last for half a minute, in which the controls have time enough.
    const [unlost] = await Promise.all([runControls(options), run.bury()]);
    violations.push(...(await run.lookForLeftovers()), ...unlost);
    await run.stop();
    return violations;
  } finally {
    await place.dispose();
  }
}

async function runControls({ store, seed }: TortureOptions): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const control of controls) {
    const found = await runControl(control, store, seed);
    console.log(describeControl(control, found));
    const unfound = control.losses.filter((kind) => !found.has(kind));
    violations.push(
      ...unfound.map((kind): Violation => ({ kind: 'no bite', evidence: `${control.name}: ${kind} was not found` })),
    );
  }
  return violations;
}

runToVerdict(main, USAGE);
