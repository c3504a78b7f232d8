import type { FileStoreFsync } from '../../lib/stores/file/file.store.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import { Lane, stepDisk } from '../support/stores/stepped-disk.js';
import { arrange, OPERATIONS } from '../support/models/store-model.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

/* What is flushed to the disk, and when: data before a state file names them, names before a write is acknowledged. */

stepDisk();

/** Of the calls that an operation makes, those that matter for a power failure, in their order. */
async function callsOf(name: string, fsync: FileStoreFsync | undefined): Promise<string> {
  const { store, clock } = await fileStoreOn(await temporaryDirectory(), fsync);
  const version = await arrange(store, 'live', clock);
  const lane = new Lane(() => OPERATIONS.find((operation) => operation.name === name)!.run(store, version));
  await lane.finish();
  return lane.calls.filter((call) => ['write', 'fsync', 'rename'].includes(call)).join(' ');
}

describe('FileStore, fsync', () => {
  it('is none by default', async () => {
    expect(await callsOf('update', undefined)).toBe('write rename');
  });

  it.each<[FileStoreFsync, string, string]>([
    ['none', 'create the other', 'write rename'],
    ['none', 'update', 'write rename'],
    ['none', 'delete', 'rename'],
    ['file', 'create the other', 'write fsync rename'],
    ['file', 'update', 'write fsync rename'],
    ['file', 'rotate', 'write fsync rename rename'],
    ['file', 'delete', 'rename'],
    // The directory, for a new shard; the folder that is put in place; the shard that it was put into.
    ['full', 'create the other', 'fsync write fsync fsync rename fsync'],
    ['full', 'update', 'write fsync rename fsync'],
    ['full', 'delete', 'rename fsync'],
    // As for creation; then the folder that the state file went to and the one that it came from.
    ['full', 'rotate', 'fsync write fsync fsync rename fsync rename fsync fsync'],
    // A lock or a renewal that a power failure undoes harms nobody.
    ['full', 'tryLock', 'rename'],
    ['full', 'touch', 'rename'],
  ])('%s: %s calls %s', async (fsync, name, calls) => {
    expect(await callsOf(name, fsync)).toBe(calls);
  });
});
