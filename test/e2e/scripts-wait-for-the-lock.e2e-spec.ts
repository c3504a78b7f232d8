import { spawnApp } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

describe('A script that opens a session', () => {
  it('waits for the lock, although nothing else keeps its process alive', async () => {
    const script = await spawnApp(new URL('apps/patient-script.ts', import.meta.url), {
      args: [await temporaryDirectory()],
    });

    expect(await script.exited).toEqual({ code: 0, signal: null });
    expect(script.output()).toContain('visits: 1');
  });
});
