import { parseArgs } from 'node:util';
import { callsOf, countWork, objectsOf, type Work } from './count-work.js';

/*
 * What the library does for one request of each kind, as a table. By hand:
 *
 *     node tools/compile.js && node build/compiled/test/support/count-work/main.js [--objects] [--files] [--functions] [--allocations] [--json]
 */

const { values: options } = parseArgs({
  options: {
    objects: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    functions: { type: 'boolean', default: false },
    allocations: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const found = await countWork();
if (options.json) {
  console.log(JSON.stringify(Object.fromEntries(found), null, 1));
} else {
  console.table(Object.fromEntries([...found].map(([name, work]) => [name, row(work)])));
  for (const [name, work] of found) {
    const operations = work.operations.join(', ') || 'none';
    console.log(`${name}: store operations: ${operations}`);
    list(options.objects, work.objects);
    list(options.files, byFile(work));
    list(options.allocations, work.allocations.functions);
    list(
      options.functions,
      Object.fromEntries(work.functions.map(({ file, name: of, calls }) => [`${file}: ${of}`, calls])),
    );
  }
}

function row(work: Work): object {
  const { promises, json, allocations } = work;
  return {
    calls: callsOf(work),
    functions: work.functions.length,
    files: Object.keys(byFile(work)).length,
    'class objects': objectsOf(work),
    allocations: allocations.objects,
    bytes: allocations.bytes,
    'in Node': allocations.bytesInNode,
    'promises, ours': promises.ours,
    'under ours': promises.underOurs,
    others: promises.others,
    awaits: promises.awaits,
    timers: promises.timers,
    stringify: json.stringify,
    parse: json.parse,
    'store ops': work.operations.length,
  };
}

function byFile({ functions }: Work): Readonly<Record<string, number>> {
  const files: Record<string, number> = {};
  for (const { file, calls } of functions) {
    files[file] = (files[file] ?? 0) + calls;
  }
  return files;
}

function list(isWanted: boolean, counts: Readonly<Record<string, number>>): void {
  if (isWanted) {
    const lines = Object.entries(counts).sort(([, one], [, other]) => other - one);
    console.log(lines.map(([name, count]) => `${String(count).padStart(6)}  ${name}`).join('\n'));
  }
}
