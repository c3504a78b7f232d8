import { spawnApp } from '../support/processes/child-process.js';
import { preparePlace } from '../support/http/notes-app.js';
import { sharedStoreKinds } from '../support/stores/stores.js';

describe.each(sharedStoreKinds)('A script that opens a session on $name', (kind) => {
  it('waits for the lock, although nothing else keeps its process alive', async () => {
    const { spec } = await preparePlace(kind);
    const script = await spawnApp(new URL('apps/patient-script.ts', import.meta.url), { args: [spec] });

    expect(await script.exited).toEqual({ code: 0, signal: null });
    expect(script.output()).toContain('visits: 1');
  });
});
