import { randomBytes } from 'node:crypto';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import { runLimited } from '../support/processes/run-limited.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

describe('FileStore with many sessions', () => {
  it('waits for a file descriptor when the process is out of them', async () => {
    const file = new URL('../support/processes/file-store.crowd.ts', import.meta.url);
    expect(await runLimited(file, '-n 60', await temporaryDirectory())).toEqual({ created: 300, found: 900 });
  });

  it('sweeps thousands of them without holding up anything else', async () => {
    const { store, clock } = await fileStoreOn(await temporaryDirectory());
    const now = clock.now();
    const sessions = Array.from({ length: 3_000 }, (_, n) => ({
      id: randomBytes(32).toString('base64url'),
      record: { data: '{}', createdAt: now, expiresAt: now + (n % 2 === 0 ? 1_000 : 1_000_000) },
    }));
    for (let start = 0; start < sessions.length; start += 50) {
      await Promise.all(sessions.slice(start, start + 50).map((session) => store.create(session)));
    }
    clock.advance(1_000);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    let removed = 0;
    for await (const batch of store.sweep({ batchSize: 500 })) removed += batch.removed;
    clearInterval(timer);
    expect(removed).toBe(1_500);
    expect(turns).toBeGreaterThan(5);
    expect(await store.count()).toBe(1_500);
  });
});
