import { Controller, Post } from '@nestjs/common';
import { seconds, Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { PlaceTime } from '../support/stores/place-time.js';
import { storeKinds } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

@Controller()
class LoginController {
  @Post('careful-login') async login(@Session() session: Session): Promise<boolean> {
    session.set('colour', 'set before');
    await session.regenerate();
    session.set('user', 'bob');
    return session.regenerated;
  }
}

describe.each(onPlatforms(storeKinds))('The old id on $name', ({ kind, platform }) => {
  let app: TestApp;
  let browser: Browser;
  /** Of a request that was sent before the answer that took the cookie away had come. */
  let late: Browser;
  let time: PlaceTime;

  beforeEach(async () => {
    const place = await preparePlace(kind);
    time = new PlaceTime(place);
    const sessions = { store: place.open(), clock: time.clock };
    app = await startNotes({ platform, controllers: [LoginController], sessions });
    browser = app.browser();
    await browser.post('/notes', { user: 'ann', colour: 'red' });
    late = browser.clone();
  });

  describe.each(['/logout', '/login'])('after %s', (path) => {
    beforeEach(async () => {
      await browser.post(path);
    });

    it('reads an empty session, as if it had never been', async () => {
      const facts = (await late.get('/facts')).json<{ id: string }>();
      const sent = late.cookies.get('session_id');

      expect(facts).toEqual({
        id: expect.any(String),
        isNew: true,
        missing: true,
        regenerated: false,
        originalId: sent,
      });
      expect(facts.id).not.toBe(sent);
      expect((await late.get('/notes')).json()).toEqual({});
    });

    it('stores nothing and answers with 409, without a cookie that would overwrite the fresh one', async () => {
      const { status, setCookies } = await late.post('/notes', { found: 'late' });

      expect([status, setCookies]).toEqual([409, []]);
      expect((await late.get('/notes')).json()).toEqual({});
    });

    it('starts a fresh session with an explicit regenerate(), with what is set before it and after it, and nothing else', async () => {
      const { text, setCookies } = await late.post('/careful-login');

      expect([text, setCookies.length]).toEqual(['true', 1]);
      expect((await late.get('/notes')).json()).toEqual({ user: 'bob', colour: 'set before' });
    });

    it('is just unknown after half a minute: the visitor starts anew, under an id that is ours', async () => {
      const old = late.cookies.get('session_id');
      // The clock of a server goes on while the test runs.
      const last = kind.hasOwnClock ? seconds(10) : 1;
      await time.pass(seconds(30) - last);
      expect((await late.post('/notes', { found: 'late' })).setCookies).toEqual([]);
      await time.pass(last);
      expect((await late.post('/notes', { found: 'later' })).setCookies).toHaveLength(1);

      expect(late.cookies.get('session_id')).not.toBe(old);
      expect((await late.get('/notes')).json()).toEqual({ found: 'later' });
    });
  });

  it('never leads to the new session', async () => {
    await browser.post('/login');
    await late.post('/careful-login');
    await late.post('/notes', { found: 'late' });

    expect((await browser.get('/notes')).json()).toEqual({ user: 'ann', colour: 'red' });
  });
});
