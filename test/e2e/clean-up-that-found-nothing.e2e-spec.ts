import { MemoryStore, minutes, Sessions } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PlaceTime } from '../support/stores/place-time.js';

describe('A clean-up that finds nothing', () => {
  it('says so at the level debug alone', async () => {
    const time = new PlaceTime();
    const options = { store: new MemoryStore(), clock: time.clock, timeout: minutes(10) };
    const app = await startNotes({ sessions: options });
    await app.browser().post('/notes', { a: 1 });
    app.logs.lines.length = 0;

    expect(await app.nest.get(Sessions).cleanUp()).toBe(0);
    expect(app.logs.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });
});
