import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { spawnApp } from '../support/processes/child-process.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { sharedStoreKinds } from '../support/stores/stores.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { VisitsController } from './apps/visits.controller.js';

const lock = { lease: 700, wait: 20_000 };

describe.each(sharedStoreKinds)(
  'A process whose event loop is blocked for longer than the lease, on $name,',
  (kind) => {
    it('loses its lock, and then overwrites nothing that was acknowledged', async () => {
      const place = await preparePlace(kind);
      const env = { STORE: place.spec, LOCK: JSON.stringify(lock) };
      const there = await spawnApp(new URL('./apps/faults.app.ts', import.meta.url), { env });
      const here = await startNotes({ controllers: [VisitsController], sessions: { store: place.open(), lock } });
      const visitor = here.browser();
      await visitor.post('/visits');

      const end = await temporaryDirectory();
      const isBlocked = once(there.process, 'message');
      const slow = visitor.at(there.ready).post(`/visits/until/${encodeURIComponent(end)}`);
      await isBlocked;
      expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: '2' });
      expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: '3' });
      await writeFile(end, '');

      expect(await slow).toMatchObject({ status: 409, setCookies: [] });
      expect((await visitor.get('/session')).json()).toEqual({ visits: 3 });
      expect(await visitor.at(there.ready).post('/visits')).toMatchObject({ status: 201, text: '4' });
    });
  },
);
