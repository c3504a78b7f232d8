import { parseArgs } from 'node:util';
import { callsOf, countWork, objectsOf, type Work } from './count-work.js';

/*
 * What the library does for one request of each kind, as a table. By hand:
 *
 *     node tools/compile.js && node build/compiled/test/support/count-work.main.js [--objects] [--files] [--functions] [--json]
 */

const { values: options } = parseArgs({
  options: {
    objects: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    functions: { type: 'boolean', default: false },
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
    list(
      options.functions,
      Object.fromEntries(work.functions.map(({ file, name: of, calls }) => [`${file}: ${of}`, calls])),
    );
  }
}

function row({ promises, json, operations, ...work }: Work): object {
  const full = { promises, json, operations, ...work };
  return {
    calls: callsOf(full),
    functions: work.functions.length,
    files: Object.keys(byFile(full)).length,
    objects: objectsOf(full),
    'promises, ours': promises.ours,
    'under ours': promises.underOurs,
    others: promises.others,
    awaits: promises.awaits,
    timers: promises.timers,
    stringify: json.stringify,
    parse: json.parse,
    'store ops': operations.length,
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
