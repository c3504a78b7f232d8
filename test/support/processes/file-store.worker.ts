import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import type { SessionRecord } from '../../../lib/interfaces/session-record.interface.js';
import { FileStore } from '../../../lib/stores/file/file.store.js';
import type { FromWorker, StoreCall, ToWorker } from './file-store-process.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { reportReady } from './report-ready.js';

/** A process that works on a file store as it is told to. It is driven by `FileStoreProcess`. */

const store = new FileStore({ directory: process.env['DIRECTORY'] ?? '' });
const holder = { route: 'POST /worker', process: `worker:${process.pid}`, since: Date.now() };
let isHalted = false;

process.on('message', (message: ToWorker) => {
  void handle(message).catch((error: unknown) => tell({ kind: 'failed', reason: String(error) }));
});

await store.start({
  clock: { now: () => Date.now(), monotonic: () => performance.now(), setTimer: () => () => {} },
  logger: new RecordingLogger(),
});
reportReady('started');

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'call':
      return tell({ kind: 'answer', number: message.number, answer: await call(message.call) });
    case 'count':
      return countUp(message.ids, message.lease);
    case 'count without lock':
      return countUpWithoutLock(message.ids);
    case 'rotate':
      return rotateOn(message.id);
    case 'halt':
      isHalted = true;
  }
}

function call({ method, args }: StoreCall): Promise<unknown> {
  return Reflect.apply(store[method], store, [args]);
}

/** Locks, reads, adds one, writes, and tells; again and again. */
async function countUp(ids: readonly string[], lease: number): Promise<void> {
  while (!isHalted) {
    const id = pick(ids);
    const token = randomBytes(12).toString('base64url');
    const answer = await store.tryLock({ id, token, lease, holder });
    if (answer.status === 'held') {
      await pause(1 + Math.random() * 3);
      continue;
    }
    if (answer.status !== 'acquired') throw new Error(`${id} is ${answer.status}`);
    const guard = { version: answer.version, lock: { token, release: true } };
    const isWritten = (await store.update({ id, record: oneMore(answer.record), guard })) !== false;
    if (!isWritten) await store.unlock({ id, token });
    await tell({ kind: isWritten ? 'counted' : 'refused', id });
  }
  await tell({ kind: 'halted' });
}

/** Reads, adds one, and writes if nobody else wrote meanwhile. */
async function countUpWithoutLock(ids: readonly string[]): Promise<void> {
  while (!isHalted) {
    const id = pick(ids);
    const answer = await store.load({ id });
    if (answer.status !== 'found') throw new Error(`${id} is ${answer.status}`);
    const { version, record } = answer;
    if ((await store.update({ id, record: oneMore(record), guard: { version } })) !== false) {
      await tell({ kind: 'counted', id });
    }
  }
  await tell({ kind: 'halted' });
}

/** Gives a session one new id after the other; tells each before and after. */
async function rotateOn(first: string): Promise<void> {
  for (let from = first; !isHalted;) {
    const to = randomBytes(32).toString('base64url');
    await tell({ kind: 'rotating', to });
    const answer = await store.load({ id: from });
    if (answer.status !== 'found') throw new Error(`${from} is ${answer.status}`);
    const { version, record } = answer;
    const tombstoneUntil = Date.now() + 60_000;
    if ((await store.rotate({ from, to, record, guard: { version }, tombstoneUntil })) === false) continue;
    await tell({ kind: 'rotated', to });
    from = to;
  }
  await tell({ kind: 'halted' });
}

function oneMore(record: SessionRecord): SessionRecord {
  const { count } = JSON.parse(record.data) as { count: number };
  // Of changing length, so that half of one would not pass for another.
  return { ...record, data: JSON.stringify({ count: count + 1, padding: 'x'.repeat(count % 4_000) }) };
}

function pick(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)] ?? '';
}

/** Resolves when it is sent: what was told before a kill is known. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}
