import fs from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import { runLimited } from '../support/processes/run-limited.js';
import { arrange, observe, OPERATIONS, type Situation } from '../support/models/store-model.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

describe('FileStore on a full disk', () => {
  it('rejects what the system cuts off in the middle, keeps the old data and removes the new', async () => {
    const file = new URL('../support/processes/file-store.full.ts', import.meta.url);
    expect(await runLimited(file, '-f 4', await temporaryDirectory())).toEqual({
      updated: 'EFBIG',
      created: 'EFBIG',
      after: '{"small":true}',
      files: 2,
      isWritable: true,
    });
  });

  const needsRoom = ['create the other', 'update', 'update under the lock', 'rotate', 'rotate under the lock'];
  const operations = OPERATIONS.filter(({ name }) => needsRoom.includes(name));

  describe.each<Situation>(['live', 'locked'])('with a session that is %s', (situation) => {
    it.each(operations)(
      '$name either succeeds or rejects and changes nothing, whichever call finds no room',
      async (operation) => {
        for (let room = 0, isOver = false; !isOver; room += 1) {
          const directory = await temporaryDirectory();
          const { store, clock } = await fileStoreOn(directory);
          const version = await arrange(store, situation, clock);
          const before = await readdir(directory, { recursive: true });
          const disk = fillAfter(room);
          const outcome = await operation
            .run(store, version)
            .catch((error: unknown) => (error as NodeJS.ErrnoException).code);
          isOver = disk.emptyIt() === 0;
          if (isOver) continue;
          expect(outcome).toBe('ENOSPC');
          const left = await readdir(directory, { recursive: true });
          // A folder for sessions to come may stay.
          expect(left.filter((name) => name.includes(','))).toEqual(before.filter((name) => name.includes(',')));
          const { store: untouched, clock: theirClock } = await fileStoreOn(await temporaryDirectory());
          await arrange(untouched, situation, theirClock);
          expect(await observe(store)).toEqual(await observe(untouched));
        }
      },
    );
  });

  it('reads, locks, unlocks, touches and deletes nevertheless: they need no room', async () => {
    const { store, clock } = await fileStoreOn(await temporaryDirectory());
    const version = await arrange(store, 'live', clock);
    const disk = fillAfter(0);
    const names = ['load', 'tryLock', 'renewLock', 'unlock', 'touch', 'delete'];
    for (const { run } of OPERATIONS.filter(({ name }) => names.includes(name))) await run(store, version);
    expect(disk.emptyIt()).toBe(0);
  });
});

/** So many calls that need room on the disk succeed; those after them fail. `emptyIt` ends it and tells how many failed. */
function fillAfter(room: number): { emptyIt: () => number } {
  let calls = 0;
  const isFull = (): boolean => ++calls > room;
  const noRoom = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const { mkdir, open, write } = fs;
  const restore = [
    replace('mkdir', (args) => (isFull() ? fail(args) : Reflect.apply(mkdir, fs, args))),
    replace('open', (args) =>
      String(args[1]).startsWith('w') && isFull() ? fail(args) : Reflect.apply(open, fs, args),
    ),
    replace('write', (args) => (isFull() ? fail(args) : Reflect.apply(write, fs, args))),
  ];
  return {
    emptyIt: () => {
      for (const undo of restore) undo();
      return Math.max(0, calls - room);
    },
  };

  function fail(args: unknown[]): void {
    const callback = args.at(-1);
    if (typeof callback === 'function') process.nextTick(() => Reflect.apply(callback, undefined, [noRoom]));
  }
}

function replace(name: 'mkdir' | 'open' | 'write', call: (args: unknown[]) => unknown): () => void {
  const original: unknown = Reflect.get(fs, name);
  Reflect.set(fs, name, (...args: unknown[]) => call(args));
  return () => Reflect.set(fs, name, original);
}
