import { minutes, Sessions } from 'nestjs-sessions';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { PlaceTime } from '../support/stores/place-time.js';
import { openStore, storeKinds } from '../support/stores/stores.js';

describe.each(storeKinds)('A clean-up that finds nothing, on $name,', (kind) => {
  it('says so at the level debug alone', async () => {
    const place = await preparePlace(kind);
    const time = new PlaceTime(place);
    const options = { store: openStore(place.spec), clock: time.clock, timeout: minutes(10) };
    const app = await startNotes({ sessions: options });
    await app.browser().post('/notes', { a: 1 });
    app.logs.lines.length = 0;

    expect(await app.nest.get(Sessions).cleanUp()).toBe(0);
    expect(app.logs.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });
});
