import { CountedVisits } from '../support/http/counted-visits.js';
import { networkedKinds } from '../support/stores/networked-stores.js';
import { TestApp } from '../support/http/test-app.js';

describe.each(networkedKinds)('An application whose server hangs, with $name,', (kind) => {
  it('closes all the same', async () => {
    const place = await kind.prepare();
    const app = await TestApp.start({ controllers: [CountedVisits], sessions: { store: place.open(500) } });
    await app.browser().post('/visits');
    await place.proxy.setMode('blackhole');
    await app.close();
    await place.dispose();
  });
});
